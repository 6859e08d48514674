package dev.ginkgo.testing;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A tree for the length of a test:
 *
 * <pre>{@code
 * try (TestTree<NumberServer> tree = TestTree.start(new NumberServer(), "bind = '127.0.0.1:0'")) {
 *     …
 * }
 * }</pre>
 *
 * <p>{@code close} stops it and fails if the stop was not clean, or if a task, a socket or a file that was opened
 * since the start is still open. (It looks at the descriptors of the process, on Linux; do not run such tests side
 * by side in one JVM.)
 *
 * @param <S> the class of the root
 */
public final class TestTree<S extends Service> implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final S root;
    private final Ginkgo ginkgo;
    private final OpenFiles before;
    private final Duration closeTimeout;

    private TestTree(S root, Ginkgo ginkgo, OpenFiles before, Duration patience) {
        this.closeTimeout = patience;
        this.root = root;
        this.ginkgo = ginkgo;
        this.before = before;
    }

    /** Starts with the defaults, in the machine's time. */
    public static <S extends Service> TestTree<S> start(S root) {
        return start(root, TimeSource.system(), "");
    }

    /** Starts with settings, in the machine's time. */
    public static <S extends Service> TestTree<S> start(S root, String toml) {
        return start(root, TimeSource.system(), toml);
    }

    /** Starts with the defaults. */
    public static <S extends Service> TestTree<S> start(S root, TimeSource timeSource) {
        return start(root, timeSource, "");
    }

    /**
     * Starts with settings. The jitter of backoffs is the same each time.
     *
     * @throws dev.ginkgo.lifecycle.StartException if it does not start
     * @throws AssertionError if it does not start and leaves something behind
     */
    public static <S extends Service> TestTree<S> start(S root, TimeSource timeSource, String toml) {
        return start(root, timeSource, toml, CLOSE_TIMEOUT);
    }

    /** With another patience: for the test of this class. */
    static <S extends Service> TestTree<S> start(S root, Duration patience) {
        return start(root, TimeSource.system(), "", patience);
    }

    private static <S extends Service> TestTree<S> start(
            S root, TimeSource timeSource, String toml, Duration patience) {
        OpenFiles before = OpenFiles.current();
        Ginkgo.Builder builder = Ginkgo.of(root)
                .configuration(Configuration.empty().text("test", toml))
                .time(timeSource)
                .random(new Random(1));
        try {
            return new TestTree<>(root, builder.start(), before, patience);
        } catch (RuntimeException failedToStart) {
            try {
                before.assertNothingNew(patience);
            } catch (AssertionError left) {
                left.addSuppressed(failedToStart);
                throw left;
            }
            throw failedToStart;
        }
    }

    public S root() {
        return root;
    }

    public Ginkgo ginkgo() {
        return ginkgo;
    }

    /** Reloads with other settings. */
    public ReloadResult reload(String toml) {
        return ginkgo.reload(Configuration.empty().text("test", toml));
    }

    /** Stops the tree; see the class. Called again, it does nothing more. */
    @Override
    public void close() {
        ginkgo.stop();
        assertNoTasks();
        before.assertNothingNew(closeTimeout);
    }

    private void assertNoTasks() {
        Poller.await(closeTimeout, () -> {
            List<String> left = ginkgo.tasks().stream().map(TaskInfo::fullName).toList();
            return left.isEmpty() ? "" : "tasks are left: " + left;
        });
    }
}
