package dev.ginkgo.run.dev;

import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Detects changes of files by reading their attributes from time to time. Unlike the notifications of an operating system
 * this works with every editor, on every file system and in containers, and a program has few files. Used by one thread.
 *
 * <p>A change is reported when two polls in a row have found the same states, so that a file is not read while it is
 * written, and several files that are saved together are one change.
 */
final class FileWatcher {
    private static final Duration PAUSE = Duration.ofMillis(80);
    private static final Duration PAUSE_WHILE_CHANGING = Duration.ofMillis(30);

    /** How much longer a pause is than the poll before it took: so polling uses at most 2 % of a processor. */
    private static final int PAUSE_FACTOR = 50;

    /** How much the time of a file may lie behind the clock when it is written: file systems use a clock that ticks. */
    private static final Duration FILE_TIME_LAG = Duration.ofMillis(20);

    private final TimeSource timeSource;
    private WatchList watchList = new WatchList(Set.of(), Set.of(), Set.of());
    private FileStates known = FileStates.none();
    private @Nullable FileStates changing;
    private Duration lastPoll = Duration.ZERO;

    FileWatcher(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Reads the states of files that the program is about to read, so that {@link #watch} need not guess them. */
    void beforeRead(Collection<Path> files) {
        known = known.plus(FileStates.read(new WatchList(Set.copyOf(files), Set.of(), Set.of())));
    }

    /**
     * Replaces the watch list. Changes since {@code readSince}, when the program began to read the files, are reported by
     * the next polls.
     */
    void watch(WatchList replacement, Instant readSince) {
        watchList = replacement;
        known = FileStates.read(replacement).asOf(known, readSince.minus(FILE_TIME_LAG));
        changing = null;
    }

    WatchList watchList() {
        return watchList;
    }

    /** Returns the files that have changed, or empty if there are none or they are still being written. */
    Optional<Set<Path>> poll() {
        long begin = timeSource.nanos();
        FileStates now = FileStates.read(watchList);
        lastPoll = Duration.ofNanos(timeSource.nanos() - begin);
        if (now.equals(known)) {
            changing = null;
            return Optional.empty();
        }
        if (!now.equals(changing)) {
            changing = now;
            return Optional.empty();
        }
        Set<Path> changed = now.changedSince(known);
        known = now;
        changing = null;
        return Optional.of(changed);
    }

    /** Returns how long to wait until the next poll. */
    Duration pause() {
        Duration shortest = changing == null ? PAUSE : PAUSE_WHILE_CHANGING;
        Duration scaled = lastPoll.multipliedBy(PAUSE_FACTOR);
        return scaled.compareTo(shortest) > 0 ? scaled : shortest;
    }
}
