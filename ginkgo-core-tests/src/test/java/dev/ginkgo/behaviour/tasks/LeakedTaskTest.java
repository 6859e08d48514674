package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskBody;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LeakedTaskTest {
    private static final Duration TIMEOUT = Duration.ofMillis(150);

    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void releaseTasks() {
        release.countDown();
    }

    /** Ignores every interrupt, as {@code while (true) try … catch (Exception e) {}} does. */
    private void ignoreInterrupts() {
        while (true) {
            try {
                release.await();
                return;
            } catch (InterruptedException e) {
                // ignored, which T-02 is about
            }
        }
    }

    @Test
    @DisplayName("T-02 a task that ignores interrupts is reported with path, task, age and stack; the service is"
            + " FAILED with the reason leak")
    void leakIsReported() {
        // Given
        TestService stuck = new TestService("stuck").stopTimeout(TIMEOUT);
        TestService root = new TestService("root");
        root.child("hub", stuck);
        stuck.whenStarting(_ -> stuck.task("reader", this::ignoreInterrupts));
        Ginkgo ginkgo = Ginkgo.of(root).name("gateway").start();

        // When
        long startedAt = System.nanoTime();
        StopException thrown = catchThrowableOfType(StopException.class, ginkgo::stop);
        Duration took = Duration.ofNanos(System.nanoTime() - startedAt);

        // Then
        assertThat(thrown.leaks()).singleElement().satisfies(leak -> {
            assertThat(leak.path()).isEqualTo("gateway/hub");
            assertThat(leak.task()).isEqualTo("reader");
            assertThat(leak.age()).isGreaterThanOrEqualTo(TIMEOUT);
            assertThat(leak.stack()).anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
        });
        assertThat(thrown)
                .hasMessageContaining("gateway did not stop cleanly")
                .hasMessageContaining("gateway/hub#reader still runs after")
                .hasMessageContaining(LeakedTaskTest.class.getName() + ".ignoreInterrupts");
        assertThat(took).isBetween(TIMEOUT, TIMEOUT.plusSeconds(5));
        Status hub = root.status().children().getFirst();
        assertThat(hub.state()).isEqualTo(State.FAILED);
        assertThat(hub.reason()).isEqualTo("leak");
        assertThat(hub.failure())
                .get()
                .isInstanceOfSatisfying(
                        StopException.class,
                        failure -> assertThat(failure.leaks())
                                .extracting(Leak::task)
                                .containsExactly("reader"));
        assertThat(root.status().state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("T-02 at the deadline the sockets of the service are closed, which ends a task that is blocked in one")
    void closesResources_atTheDeadline() throws Exception {
        // Given an accept loop that ignores interrupts
        TestService root = new TestService("root").stopTimeout(TIMEOUT);
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        AtomicReference<@Nullable Boolean> closedAtFirstInterrupt = new AtomicReference<>();
        AtomicReference<String> end = new AtomicReference<>("still running");
        root.whenStarting(_ -> {
            root.closedOnStop(socket);
            root.task("accept", () -> {
                while (!socket.isClosed()) {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        closedAtFirstInterrupt.compareAndSet(null, socket.isClosed());
                    }
                }
                end.set("ended by the close");
            });
        });
        Ginkgo ginkgo = Ginkgo.start(root);

        // When
        long startedAt = System.nanoTime();
        ginkgo.stop();

        // Then there is no leak and no exception, but the stop took until the deadline
        assertThat(Duration.ofNanos(System.nanoTime() - startedAt)).isGreaterThanOrEqualTo(TIMEOUT);
        assertThat(socket.isClosed()).isTrue();
        assertThat(end).hasValue("ended by the close");
        assertThat(closedAtFirstInterrupt).hasValue(false);
        assertThat(root.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("T-02 a task that ignores interrupts does not keep the children from stopping")
    void childrenStop_whenATaskIgnoresInterrupts() {
        TestService root = new TestService("root").stopTimeout(TIMEOUT);
        TestService child = root.child("child", new TestService("child", root.events));
        root.whenStarting(_ -> root.task("reader", this::ignoreInterrupts));
        Ginkgo ginkgo = Ginkgo.start(root);

        StopException thrown = catchThrowableOfType(StopException.class, ginkgo::stop);

        assertThat(thrown.leaks()).extracting(Leak::path).containsExactly("test-service");
        assertThat(child.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.events).containsExactly("child onStart", "root onStart", "root onStop", "child onStop");
    }

    @Test
    @DisplayName("T-14 a leaked task cannot act in the next run of its service: ready(), spawn and closeOnStop throw")
    void leakedTaskCannotActInTheNextRun() throws InterruptedException {
        // Given a task that survives the stop of the first run
        TestService root = new TestService("root").stopTimeout(TIMEOUT);
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        CountDownLatch tried = new CountDownLatch(1);
        List<TaskBody> actions = List.of(
                root::markReady,
                () -> root.task("late", () -> root.record("late task")),
                () -> root.closedOnStop(root.resource("late resource")));
        root.whenStarting(_ -> {
            if (root.starts.get() == 2) {
                root.markDegraded("second run");
                return;
            }
            root.task("stuck", () -> {
                ignoreInterrupts();
                for (TaskBody action : actions) {
                    try {
                        action.run();
                    } catch (IllegalStateException e) {
                        thrown.add(e);
                    }
                }
                tried.countDown();
            });
        });
        root.start();
        assertThat(catchThrowableOfType(StopException.class, root::stop)).isNotNull();

        // When it continues in the second run
        root.start();
        release.countDown();
        tried.await();

        // Then
        assertThat(root.status().state()).isEqualTo(State.DEGRADED);
        assertThat(thrown).hasSize(3).allSatisfy(e -> assertThat(e).hasMessageContaining("earlier run"));
        assertThat(root.events)
                .containsExactly("root onStart", "root onStop", "root onStart", "root closes late resource");
        root.stop();
    }

    @Test
    @DisplayName("S-01 T-02 a service with a leaked task is not restarted: its failure escalates")
    void escalatesInsteadOfRestart_whenATaskLeaked() throws InterruptedException {
        // Given
        CountDownLatch fail = new CountDownLatch(1);
        TestService stuck = new TestService("stuck").stopTimeout(TIMEOUT);
        TestService root = new TestService("root");
        root.child("hub", stuck, Supervision.restart());
        AtomicInteger starts = new AtomicInteger();
        stuck.whenStarting(_ -> {
            starts.incrementAndGet();
            stuck.task("reader", this::ignoreInterrupts);
            stuck.task("failing", () -> {
                fail.await();
                throw new IllegalStateException("broken");
            });
        });

        // When
        Ginkgo ginkgo = Ginkgo.of(root).name("gateway").start();
        fail.countDown();
        ginkgo.awaitStopped();
        StopException thrown = catchThrowableOfType(StopException.class, ginkgo::stop);

        // Then
        assertThat(starts).hasValue(1);
        assertThat(root.status().failure().orElseThrow())
                .hasMessageContaining("gateway/hub failed and cannot be restarted, because these tasks did not stop")
                .hasMessageContaining("gateway/hub#reader still runs after");
        assertThat(thrown.leaks()).extracting(Leak::task).containsExactly("reader");
    }
}
