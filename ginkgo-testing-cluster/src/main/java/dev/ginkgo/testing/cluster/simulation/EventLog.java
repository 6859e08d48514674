package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The faults and promotions of a test, with the time since its start; part of the message when the test fails. */
public final class EventLog {
    private final TimeSource clock;
    private final Instant start;

    // guarded by this
    private final List<String> lines = new ArrayList<>();

    public EventLog(TimeSource clock) {
        this.clock = clock;
        this.start = clock.now();
    }

    public synchronized void add(String event) {
        Duration since = Duration.between(start, clock.now());
        lines.add("%d.%03d s  %s".formatted(since.toSeconds(), since.toMillisPart(), event));
    }

    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public String toString() {
        return lines().isEmpty() ? "" : "\n  " + String.join("\n  ", lines());
    }
}
