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
 * Tree of services for the duration of a test:
 *
 * <pre>{@code
 * try (TestTree<NumberServer> tree = TestTree.start(new NumberServer(), "bind = '127.0.0.1:0'")) {
 *     …
 * }
 * }</pre>
 *
 * <p>{@code close} stops the tree. It fails if the stop was not clean, or if a task is still running, or a socket or
 * file that was opened since the start is still open. (On Linux it compares the descriptors of the process, so such
 * tests must not run in parallel in one JVM.)
 *
 * @param <S> the class of the root
 */
public final class TestTree<S extends Service> implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final S root;
    private final Ginkgo ginkgo;
    private final OpenFiles before;
    private final Duration closeTimeout;

    private TestTree(S root, Ginkgo ginkgo, OpenFiles before, Duration closeTimeout) {
        this.closeTimeout = closeTimeout;
        this.root = root;
        this.ginkgo = ginkgo;
        this.before = before;
    }

    /** Starts a tree with the defaults of its settings, in system time. */
    public static <S extends Service> TestTree<S> start(S root) {
        return start(root, TimeSource.system(), "");
    }

    /** Starts a tree with settings from TOML text, in system time. */
    public static <S extends Service> TestTree<S> start(S root, String toml) {
        return start(root, TimeSource.system(), toml);
    }

    /** Starts a tree with the defaults of its settings. */
    public static <S extends Service> TestTree<S> start(S root, TimeSource timeSource) {
        return start(root, timeSource, "");
    }

    /**
     * Starts a tree with settings from TOML text. The jitter of restart backoffs is the same in each run.
     *
     * @throws dev.ginkgo.lifecycle.StartException if the start fails
     * @throws AssertionError if the start fails and leaves a socket or file open
     */
    public static <S extends Service> TestTree<S> start(S root, TimeSource timeSource, String toml) {
        return start(root, timeSource, toml, CLOSE_TIMEOUT);
    }

    /** Starts a tree with another limit for the checks of {@code close}, for tests of this class. */
    static <S extends Service> TestTree<S> start(S root, Duration closeTimeout) {
        return start(root, TimeSource.system(), "", closeTimeout);
    }

    private static <S extends Service> TestTree<S> start(
            S root, TimeSource timeSource, String toml, Duration closeTimeout) {
        OpenFiles before = OpenFiles.current();
        Ginkgo.Builder builder = Ginkgo.of(root)
                .configuration(Configuration.empty().text("test", toml))
                .time(timeSource)
                .random(new Random(1));
        try {
            return new TestTree<>(root, builder.start(), before, closeTimeout);
        } catch (RuntimeException failedToStart) {
            try {
                before.assertNothingNew(closeTimeout);
            } catch (AssertionError left) {
                left.addSuppressed(failedToStart);
                throw left;
            }
            throw failedToStart;
        }
    }

    /** Returns the root of the tree. */
    public S root() {
        return root;
    }

    /** Returns the running tree. */
    public Ginkgo ginkgo() {
        return ginkgo;
    }

    /** Reloads with settings from TOML text, which replace the current ones. */
    public ReloadResult reload(String toml) {
        return ginkgo.reload(Configuration.empty().text("test", toml));
    }

    /** Stops the tree and checks that nothing is left; see the class. Further calls have no effect. */
    @Override
    public void close() {
        ginkgo.stop();
        assertNoTasks();
        before.assertNothingNew(closeTimeout);
    }

    private void assertNoTasks() {
        Poller.await(closeTimeout, () -> {
            List<String> left = ginkgo.tasks().stream().map(TaskInfo::fullName).toList();
            return left.isEmpty() ? "" : "tasks are still running: " + left;
        });
    }
}
