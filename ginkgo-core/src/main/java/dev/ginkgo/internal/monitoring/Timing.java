package dev.ginkgo.internal.monitoring;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that has begun: the time, and the event if the flight recorder is in use. */
public final class Timing {
    /** What takes time. */
    public enum Kind {
        START,
        STOP,
        RESTART,
        RELOAD
    }

    private final long since = TimeSource.system().nanos();
    final @Nullable Object event;

    Timing(@Nullable Object event) {
        this.event = event;
    }

    Duration elapsed() {
        return Duration.ofNanos(TimeSource.system().nanos() - since);
    }
}
