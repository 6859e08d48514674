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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
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
    void letGo() {
        release.countDown();
    }

    /** Swallows every interrupt, as {@code while (true) try … catch (Exception e) {}} does. */
    private void deaf() {
        while (true) {
            try {
                release.await();
                return;
            } catch (InterruptedException e) {
                // what T-02 is about
            }
        }
    }

    @Test
    @DisplayName(
            "T-02 a task that ignores interruption is reported with path, task, age and stack; state is FAILED, leak")
    void leakIsReported() {
        // Given
        TestService deaf = new TestService("deaf").stopTimeout(TIMEOUT);
        TestService root = new TestService("root");
        root.child("hub", deaf);
        deaf.whenStarting(_ -> deaf.task("reader", this::deaf));
        Ginkgo ginkgo = Ginkgo.of(root).name("gateway").start();

        // When
        long begin = System.nanoTime();
        StopException thrown = catchThrowableOfType(StopException.class, ginkgo::stop);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        // Then
        assertThat(thrown.leaks()).singleElement().satisfies(leak -> {
            assertThat(leak.path()).isEqualTo("gateway/hub");
            assertThat(leak.task()).isEqualTo("reader");
            assertThat(leak.age()).isGreaterThanOrEqualTo(TIMEOUT);
            assertThat(leak.stack()).anyMatch(frame -> frame.getMethodName().equals("deaf"));
        });
        assertThat(thrown)
                .hasMessageContaining("gateway did not stop cleanly")
                .hasMessageContaining("gateway/hub#reader still runs after")
                .hasMessageContaining(LeakedTaskTest.class.getName() + ".deaf");
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
    @DisplayName(
            "T-02 at the deadline the sockets that its service owns are closed, which ends a task that waits in one")
    void ownedSocketsAreClosedAtTheDeadline() throws Exception {
        // Given: an accept loop on a platform socket that swallows the interrupt
        TestService root = new TestService("root").stopTimeout(TIMEOUT);
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        AtomicReference<@Nullable Boolean> closedAtFirstInterrupt = new AtomicReference<>();
        AtomicReference<String> end = new AtomicReference<>("still runs");
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
        long begin = System.nanoTime();
        ginkgo.stop();

        // Then: no leak, hence no exception; but it took until the deadline
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(TIMEOUT);
        assertThat(socket.isClosed()).isTrue();
        assertThat(end).hasValue("ended by the close");
        assertThat(closedAtFirstInterrupt).hasValue(false);
        assertThat(root.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("T-02 one deaf task does not cost the children their stop")
    void childrenStillStop() {
        TestService root = new TestService("root").stopTimeout(TIMEOUT);
        TestService child = root.child("child", new TestService("child", root.events));
        root.whenStarting(_ -> root.task("reader", this::deaf));
        Ginkgo ginkgo = Ginkgo.start(root);

        StopException thrown = catchThrowableOfType(StopException.class, ginkgo::stop);

        assertThat(thrown.leaks()).extracting(Leak::path).containsExactly("test-service");
        assertThat(child.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.events).containsExactly("child onStart", "root onStart", "root onStop", "child onStop");
    }

    @Test
    @DisplayName("S-01 T-02 a service that left a task behind is not restarted beside it: the failure escalates")
    void noRestartBesideALeak() throws InterruptedException {
        // Given
        CountDownLatch breaking = new CountDownLatch(1);
        TestService deaf = new TestService("deaf").stopTimeout(TIMEOUT);
        TestService root = new TestService("root");
        root.child("hub", deaf, Supervision.restart());
        AtomicInteger starts = new AtomicInteger();
        deaf.whenStarting(_ -> {
            starts.incrementAndGet();
            deaf.task("reader", this::deaf);
            deaf.task("culprit", () -> {
                breaking.await();
                throw new IllegalStateException("broken");
            });
        });

        // When
        Ginkgo ginkgo = Ginkgo.of(root).name("gateway").start();
        breaking.countDown();
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
