package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TaskType;
import dev.ginkgo.lifecycle.TreeListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TreeListenerTest {
    private static final Supervision AT_ONCE =
            Supervision.restart().backoff(Duration.ZERO, Duration.ZERO).atMost(1, Duration.ofHours(1));

    /** Records every event as a line. */
    private static class Recorder implements TreeListener {
        final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void stateChanged(StateChange change) {
            events.add(change.path() + " " + change.to());
        }

        @Override
        public void taskFailed(String path, String task, Throwable failure) {
            events.add(path + "#" + task + " failed: " + failure.getMessage());
        }

        @Override
        public void restartScheduled(String path, Duration pause, Throwable cause) {
            events.add(path + " restarts in " + pause + ": " + cause.getMessage());
        }

        @Override
        public void restarted(String path, int restarts) {
            events.add(path + " restarted, " + restarts);
        }

        @Override
        public void reloaded(ReloadResult result) {
            events.add("reload " + result.outcome() + " " + result.changed());
        }
    }

    private final Recorder recorder = new Recorder();
    private final TestService root = TestService.root();

    @Test
    @DisplayName("L-41 a listener receives changes of state, failures of tasks and restarts, in their order")
    void receivesEvents() throws Exception {
        // Given
        TestService child = root.child("child", root.detached("child"), AT_ONCE);
        Ginkgo ginkgo = Ginkgo.of(root).listener(recorder).start();

        // When a temporary task fails, then the child, twice
        child.task("refresh", TaskType.TEMPORARY, () -> {
                    throw new IllegalStateException("no route");
                })
                .join();
        child.failingTask("boom");
        await().until(() -> recorder.events.contains("test-service/child restarted, 1"));
        child.failingTask("again");
        ginkgo.awaitStopped();
        await().until(() -> recorder.events.contains("test-service FAILED"));
        await().until(() -> ginkgo.tasks().isEmpty());

        // Then
        List<String> others = List.of("test-service/child#work failed: boom", "test-service/child#work failed: again");
        assertThat(recorder.events.stream().filter(each -> !others.contains(each)))
                .containsExactly(
                        "test-service STARTING",
                        "test-service/child STARTING",
                        "test-service/child READY",
                        "test-service READY",
                        "test-service/child#refresh failed: no route",
                        "test-service/child FAILED",
                        "test-service/child restarts in PT0S: boom",
                        "test-service/child STARTING",
                        "test-service/child READY",
                        "test-service/child restarted, 1",
                        "test-service/child FAILED",
                        "test-service FAILED");
        assertThat(recorder.events).containsAll(others); // logged by the task while the supervision has begun
    }

    private static final class Sized extends Service {
        final Setting<Integer> size = setting("size", 1);
    }

    @Test
    @DisplayName("L-41 a listener receives the results of reloads, applied and rejected")
    void receivesReloads() {
        Sized sized = new Sized();
        try (Ginkgo ginkgo = Ginkgo.of(sized).listener(recorder).start()) {
            ginkgo.reload(Configuration.empty().text("test", "size = 2"));
            ginkgo.reload(Configuration.empty().text("test", "size = 'x'"));
            assertThat(sized.size.get()).isEqualTo(2);
            await().until(() -> recorder.events.contains("reload REFUSED []"));
            assertThat(recorder.events).contains("reload APPLIED [size: 1 -> 2]");
        }
    }

    @Test
    @DisplayName(
            "L-42 a listener that throws, or blocks, affects neither services nor other listeners, and none is called"
                    + " with a lock held")
    void isolatesListeners() throws Exception {
        // Given a listener that throws, one that blocks, and one that reads and stops the tree
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<Status> seen = new AtomicReference<>();
        TestService child = root.child("child");
        Ginkgo ginkgo = Ginkgo.of(root)
                .listener(new TreeListener() {
                    @Override
                    public void stateChanged(StateChange change) {
                        throw new AssertionError("a listener that throws");
                    }
                })
                .listener(new TreeListener() {
                    @Override
                    public void stateChanged(StateChange change) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                })
                .listener(new TreeListener() {
                    @Override
                    public void stateChanged(StateChange change) {
                        if (change.path().equals("test-service") && change.to() == State.READY) {
                            child.stop();
                            seen.set(root.status());
                        }
                    }
                })
                .listener(recorder)
                .start();

        // When
        await().until(() -> seen.get() != null);

        // Then
        assertThat(seen.get().children().getFirst().state()).isEqualTo(State.STOPPED);
        await().until(() -> recorder.events.contains("test-service/child STOPPED"));
        ginkgo.stop();
        release.countDown();
        await().until(() -> ginkgo.tasks().isEmpty());
    }
}
