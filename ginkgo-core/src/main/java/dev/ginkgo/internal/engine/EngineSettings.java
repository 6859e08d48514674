package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.config.SectionOwner;
import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.config.SettingValues;
import java.time.Duration;

/** Settings of the engine itself: the table {@code [ginkgo]}. */
public final class EngineSettings {
    /** What a reload does if it would change a setting that requires a restart. */
    enum FixedChange {
        /** The reload is rejected: nothing changes, and the problem is reported. */
        REFUSE,
        /** All other changes are applied; the new value takes effect at the next restart. */
        DEFER
    }

    private final SectionOwner owner = new SectionOwner("ginkgo");

    private final SettingDefinition<Duration> startTimeout = declare("start-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofDays(1))
            .help("How long the onStart of one service may take to become ready");
    private final SettingDefinition<Duration> stopTimeout = declare("stop-timeout", Duration.ofSeconds(30))
            .between(Duration.ofMillis(1), Duration.ofDays(1))
            .help("How long a stop of the whole tree may take");
    private final SettingDefinition<FixedChange> fixedChange = declare("fixed-change", FixedChange.REFUSE)
            .help("What a reload does if it would change a setting that requires a restart: reject everything, or"
                    + " defer that setting and apply the rest");
    private final SettingDefinition<Integer> exitOnTerm =
            declare("exit-on-term", 143).between(0, 255).help("The exit code after a stop by the TERM signal");

    public SectionOwner owner() {
        return owner;
    }

    private <T> SettingDefinition<T> declare(String key, T defaultValue) {
        return owner.declare(SettingDefinition.of(owner, key, defaultValue));
    }

    Duration startTimeout() {
        return startTimeout.get();
    }

    public Duration stopTimeout() {
        return stopTimeout.get();
    }

    public int exitOnTerm() {
        return exitOnTerm.get();
    }

    /** Returns the value that would be in effect with the given values. */
    FixedChange fixedChange(SettingValues snapshot) {
        return snapshot.get(fixedChange);
    }
}
