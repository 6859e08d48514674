package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailedStartRollsBackTest {

    @Test
    @DisplayName("L-03 when onStart of b throws, c never starts, the resources of b are released, a stops, and the"
            + " parent is FAILED")
    void stopsStartedServices_whenAnOnStartThrows() {
        // Given
        IOException cause = new IOException("no such host");
        TestService root = TestService.root();
        TestService a = root.child("a").whenStarting(self -> self.waitingTask("work"));
        TestService b = root.child("b").whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            self.waitingTask("read");
            throw cause;
        });
        TestService c = root.child("c");

        // When
        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        // Then
        assertThat(thrown.path()).isEqualTo("test-service/b");
        assertThat(thrown.cancelled()).isFalse();
        assertThat(thrown)
                .hasMessage("test-service/b did not start: no such host")
                .hasCause(cause)
                .hasNoSuppressedExceptions();
        assertThat(root.events)
                .containsExactly("a onStart", "b onStart", "b read ends", "b closes socket", "a onStop", "a work ends");
        assertThat(a.state()).isEqualTo(State.STOPPED);
        assertThat(b.state()).isEqualTo(State.FAILED);
        assertThat(b.status().failure()).containsSame(thrown);
        assertThat(c.state()).isEqualTo(State.NEW);
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().failure()).containsSame(thrown);
    }

    @Test
    @DisplayName("L-03 errors during the rollback are suppressed exceptions, and the rollback continues")
    void rollbackErrorsAreSuppressed() {
        TestService root = TestService.root();
        TestService a = root.child("a");
        TestService b = root.child("b").whenStopping(self -> {
            throw new IllegalStateException("cannot stop");
        });
        root.whenStarting(self -> {
            self.closedOnStop(() -> {
                throw new IOException("will not close");
            });
            throw new IOException("no");
        });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown.path()).isEqualTo("test-service");
        assertThat(thrown.getSuppressed())
                .satisfiesExactly(
                        close -> assertThat(close)
                                .hasMessageStartingWith("test-service: closing ")
                                .hasRootCauseMessage("will not close"),
                        stop -> assertThat(stop)
                                .hasMessageStartingWith("test-service/b: onStop threw")
                                .hasRootCauseMessage("cannot stop"));
        assertThat(b.state()).isEqualTo(State.FAILED);
        assertThat(a.state()).isEqualTo(State.STOPPED);
        assertThat(root.events).containsExactly("a onStart", "b onStart", "root onStart", "b onStop", "a onStop");
    }

    @Test
    @DisplayName("L-03 a task that fails while onStart still runs fails the start")
    void failsTheStart_whenATaskFailsDuringOnStart() {
        IOException cause = new IOException("connection refused");
        TestService root = TestService.root();
        TestService a = root.child("a").whenStarting(self -> {
            self.task("connect", () -> {
                throw cause;
            });
            new CountDownLatch(1).await();
        });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown.path()).isEqualTo("test-service/a");
        assertThat(thrown)
                .hasMessage("test-service/a did not start: connection refused")
                .hasCause(cause);
        assertThat(a.state()).isEqualTo(State.FAILED);
        assertThat(root.state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-03 an onStart that calls ready() and then throws fails the service like a failed task")
    void failsTheService_whenOnStartThrowsAfterReady() throws InterruptedException {
        CountDownLatch line = new CountDownLatch(1);
        TestService root = TestService.root();
        root.whenStarting(self -> {
            self.markReady();
            line.await();
            throw new IOException("line lost");
        });
        Ginkgo ginkgo = Ginkgo.start(root);
        assertThat(root.state()).isEqualTo(State.READY);

        line.countDown();
        root.awaitStopped();

        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().failure()).get().isInstanceOf(IOException.class);
        assertThat(root.events).containsExactly("root onStart", "root onStop");
        await().until(() -> ginkgo.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-03 threads that wait for a service that was never started wake immediately, with the cause of the"
            + " failure")
    void awaitReadyThrows_whenTheServiceNeverStarted() {
        TestService root = TestService.root();
        root.child("b").whenStarting(self -> {
            throw new IOException("no");
        });
        TestService c = root.child("c");
        BackgroundThread waiter = BackgroundThread.run(() -> c.awaitReady(Duration.ofMinutes(1)));

        assertThatThrownBy(root::start).isInstanceOf(StartException.class);

        assertThat(waiter.awaitThrown())
                .isInstanceOf(dev.ginkgo.lifecycle.NotReadyException.class)
                .hasMessageStartingWith("test-service/c is NEW")
                .hasRootCauseMessage("no");
    }

    @Test
    @DisplayName("L-03 a child with a short stop timeout does not shorten the rollback of the others")
    void rollbackUsesTheDeadlineOfTheTree() {
        TestService root = TestService.root();
        root.child("a").whenStopping(self -> {
            new CountDownLatch(1).await(150, java.util.concurrent.TimeUnit.MILLISECONDS);
            self.record("drained");
        });
        root.child("b")
                .withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(1)))
                .whenStarting(self -> {
                    throw new IOException("no");
                });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasNoSuppressedExceptions();
        assertThat(root.events).containsExactly("a onStart", "b onStart", "a onStop", "a drained");
    }

    @Test
    @DisplayName("L-03 the rollback calls onStop of a service whose onStart returned, even if it was never ready")
    void rollbackCallsOnStop_whenOnStartReturned() {
        TestService root = TestService.root()
                .withLifecycle(Lifecycle.standard().startTimeout(Duration.ofMillis(600)))
                .whenStarting(TestService::deferReadiness);

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasMessageContaining("not ready after 600 ms");
        assertThat(root.events).containsExactly("root onStart", "root onStop");
    }
}
