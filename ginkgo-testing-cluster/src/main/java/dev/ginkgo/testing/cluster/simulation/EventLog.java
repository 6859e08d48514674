package dev.ginkgo.testing.cluster;

import dev.ginkgo.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a test did to its nodes, and who led, with the time since its beginning: to be read when it fails. */
final class Story {
    private final Time clock;
    private final Instant beginning;

    // guarded by this
    private final List<String> lines = new ArrayList<>();

    Story(Time clock) {
        this.clock = clock;
        this.beginning = clock.now();
    }

    synchronized void tell(String what) {
        Duration since = Duration.between(beginning, clock.now());
        lines.add("%d.%03d s  %s".formatted(since.toSeconds(), since.toMillisPart(), what));
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public String toString() {
        return lines().isEmpty() ? "" : "\n  " + String.join("\n  ", lines());
    }
}
