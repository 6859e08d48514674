package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.config.SectionOwner;
import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.config.SettingValues;
import java.time.Duration;

/** The table {@code [ginkgo]}: what the engine itself is configured with. */
public final class EngineSettings {
    /** What a reload does that would change a setting which is fixed at start. */
    enum FixedChange {
        /** Nothing is changed, and the problem is told. */
        REFUSE,
        /** The rest is changed; the fixed one waits for a restart. */
        DEFER
    }

    private final SectionOwner owner = new SectionOwner("ginkgo");

    private final SettingDefinition<Duration> startTimeout = declare("start-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofDays(1))
            .help("How long the onStart of one service may take to become ready");
    private final SettingDefinition<Duration> stopTimeout = declare("stop-timeout", Duration.ofSeconds(30))
            .between(Duration.ofMillis(1), Duration.ofDays(1))
            .help("How long a whole stop may take");
    private final SettingDefinition<FixedChange> fixedChange = declare("fixed-change", FixedChange.REFUSE)
            .help("What a reload does that would change a setting fixed at start: refuse it, or apply the rest");
    private final SettingDefinition<Integer> exitOnTerm =
            declare("exit-on-term", 143).between(0, 255).help("The exit code after a stop by TERM");

    public SectionOwner owner() {
        return owner;
    }

    private <T> SettingDefinition<T> declare(String key, T byDefault) {
        return owner.declare(SettingDefinition.of(owner, key, byDefault));
    }

    Duration startTimeout() {
        return startTimeout.get();
    }

    public Duration stopTimeout() {
        return stopTimeout.get();
    }

    FixedChange fixedChange() {
        return fixedChange.get();
    }

    public int exitOnTerm() {
        return exitOnTerm.get();
    }

    /** What a reload would have it be. */
    FixedChange fixedChange(SettingValues snapshot) {
        return snapshot.get(fixedChange);
    }
}
