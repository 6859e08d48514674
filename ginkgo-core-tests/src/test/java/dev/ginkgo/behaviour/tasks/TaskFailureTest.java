package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.LogCapture;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TaskFailureTest {

    @Test
    @DisplayName("T-04 an exception that escapes a task is logged once with the path, and fails the service")
    void failsTheService_whenAnExceptionEscapes() throws Exception {
        // Given
        TestService root = new TestService("root");
        TestService hub = root.child("hub", new TestService("hub"));
        try (LogCapture log = LogCapture.of(TestService.class)) {
            Ginkgo ginkgo = Ginkgo.start(root);

            // When
            hub.failingTask("boom");
            ginkgo.awaitStopped();

            // Then
            assertThat(log.at(Level.ERROR)).containsExactly("test-service/hub#work failed");
            assertThat(hub.status().state()).isEqualTo(State.FAILED);
            assertThat(hub.status().reason()).isEqualTo("boom");
            assertThat(hub.status().failure())
                    .get()
                    .isInstanceOf(IllegalStateException.class)
                    .extracting(Throwable::getMessage)
                    .isEqualTo("boom");
        }
    }

    @Test
    @DisplayName("T-04 an Error, or an interrupt without a stop, fails the service too")
    void failsTheService_afterAnErrorOrAnInterrupt() throws Exception {
        TestService root = new TestService("root");
        Ginkgo ginkgo = Ginkgo.start(root);
        root.task("work", () -> {
            throw new StackOverflowError("deep");
        });
        ginkgo.awaitStopped();
        assertThat(root.status().failure()).get().isInstanceOf(StackOverflowError.class);

        ginkgo = Ginkgo.start(root);
        root.task("work", () -> {
            Thread.currentThread().interrupt();
            root.blockForever();
        });
        ginkgo.awaitStopped();
        assertThat(root.status().failure()).get().isInstanceOf(InterruptedException.class);
    }

    @Test
    @DisplayName("T-05 an exception that escapes a task after its stop began is expected: the interrupt, a"
            + " SocketException, or any other")
    void exceptionsAfterAStopAreExpected() throws Exception {
        // Given
        TestService root = new TestService("root");
        CountDownLatch accepting = new CountDownLatch(1);
        AtomicReference<Throwable> escaped = new AtomicReference<>();
        root.whenStarting(_ -> {
            ServerSocket socket = root.closedOnStop(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            root.task("sleeper", root::blockForever);
            root.task("accept", () -> {
                accepting.countDown();
                try {
                    socket.accept().close();
                } catch (SocketException e) {
                    escaped.set(e);
                    throw e;
                }
            });
            root.task("careless", () -> {
                try {
                    root.blockForever();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("wrapped", e);
                }
            });
        });
        try (LogCapture log = LogCapture.of(TestService.class)) {
            Ginkgo ginkgo = Ginkgo.start(root);
            accepting.await();

            // When
            ginkgo.stop();

            // Then
            assertThat(escaped.get()).isInstanceOf(SocketException.class);
            assertThat(root.status().state()).isEqualTo(State.STOPPED);
            assertThat(log.at(Level.ERROR)).isEmpty();
            assertThat(log.at(Level.WARN)).isEmpty();
            assertThat(log.at(Level.DEBUG))
                    .contains(
                            "test-service#sleeper ended while its service stopped",
                            "test-service#accept ended while its service stopped",
                            "test-service#careless ended while its service stopped");
        }
    }

    /** Exception whose message needs another thread that acts on the tree, as a lazily formatted message may. */
    private static final class LazyMessageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient TestService other;
        private final transient List<Boolean> completed;

        LazyMessageException(TestService other, List<Boolean> completed) {
            this.other = other;
            this.completed = completed;
        }

        @Override
        public String getMessage() {
            Thread thread = Thread.ofPlatform().daemon().start(other::stop);
            try {
                completed.add(thread.join(Duration.ofSeconds(2)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "lazy";
        }
    }

    /** Exception that has no message because {@code getMessage()} throws. */
    private static final class MessageThrowsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @Test
    @DisplayName("T-13 getMessage() of an exception is called without a lock, after a failure and after a failed start")
    void callsGetMessageWithoutALock() throws Exception {
        // Given
        TestService root = new TestService("root");
        TestService other = root.child("other", new TestService("other"));
        List<Boolean> completed = new CopyOnWriteArrayList<>();
        Ginkgo ginkgo = Ginkgo.start(root);

        // When a task fails
        root.task("failing", () -> {
            throw new LazyMessageException(other, completed);
        });
        ginkgo.awaitStopped();

        // Then
        assertThat(root.status().reason()).isEqualTo("lazy");
        assertThat(completed).isNotEmpty().doesNotContain(false);

        // When a start fails
        completed.clear();
        root.whenStarting(_ -> {
            throw new LazyMessageException(other, completed);
        });
        assertThatThrownBy(root::start).isInstanceOf(StartException.class).hasMessageContaining("lazy");

        // Then
        assertThat(completed).isNotEmpty().doesNotContain(false);
    }

    @Test
    @DisplayName("T-13 an exception whose getMessage() throws fails its service like any other")
    void failsTheService_whenGetMessageThrows() throws Exception {
        TestService root = new TestService("root");
        Ginkgo ginkgo = Ginkgo.start(root);

        root.task("failing", () -> {
            throw new MessageThrowsException();
        });

        // The log calls getMessage() too, on the thread of the task
        await().dontCatchUncaughtExceptions().until(() -> root.status().state() == State.FAILED);
        await().dontCatchUncaughtExceptions().until(() -> ginkgo.tasks().isEmpty());
    }
}
