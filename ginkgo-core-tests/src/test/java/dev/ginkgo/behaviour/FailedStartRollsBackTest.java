package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Lifecycle;
import dev.ginkgo.StartException;
import dev.ginkgo.State;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailedStartRollsBackTest {

    @Test
    @DisplayName("L-03 when onStart of b throws, c never starts, b is released, a is stopped, the parent is FAILED")
    void everythingThatWasStartedIsStopped() {
        // Given
        IOException cause = new IOException("no such host");
        Part root = Part.root();
        Part a = root.child("a").starting(self -> self.waitingTask("work"));
        Part b = root.child("b").starting(self -> {
            self.owning(self.resource("socket"));
            self.waitingTask("read");
            throw cause;
        });
        Part c = root.child("c");

        // When
        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        // Then
        assertThat(thrown.path()).isEqualTo("part/b");
        assertThat(thrown.cancelled()).isFalse();
        assertThat(thrown)
                .hasMessage("part/b did not start: no such host")
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
    @DisplayName("L-03 what goes wrong on the way back is suppressed, and the way back goes on")
    void stopErrorsAreSuppressed() {
        Part root = Part.root();
        Part a = root.child("a");
        Part b = root.child("b").stopping(self -> {
            throw new IllegalStateException("cannot say goodbye");
        });
        root.starting(self -> {
            self.owning(() -> {
                throw new IOException("will not close");
            });
            throw new IOException("no");
        });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown.path()).isEqualTo("part");
        assertThat(thrown.getSuppressed())
                .satisfiesExactly(
                        close -> assertThat(close)
                                .hasMessageStartingWith("part: closing ")
                                .hasRootCauseMessage("will not close"),
                        stop -> assertThat(stop)
                                .hasMessageStartingWith("part/b: onStop threw")
                                .hasRootCauseMessage("cannot say goodbye"));
        assertThat(b.state()).isEqualTo(State.FAILED);
        assertThat(a.state()).isEqualTo(State.STOPPED);
        assertThat(root.events).containsExactly("a onStart", "b onStart", "root onStart", "b onStop", "a onStop");
    }

    @Test
    @DisplayName("L-03 a task that fails while onStart still runs fails the start")
    void aTaskFailsTheStart() {
        IOException cause = new IOException("connection refused");
        Part root = Part.root();
        Part a = root.child("a").starting(self -> {
            self.spawning("connect", () -> {
                throw cause;
            });
            new CountDownLatch(1).await();
        });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown.path()).isEqualTo("part/a");
        assertThat(thrown)
                .hasMessage("part/a did not start: connection refused")
                .hasCause(cause);
        assertThat(a.state()).isEqualTo(State.FAILED);
        assertThat(root.state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-03 onStart that says ready(), goes on and then throws fails the service, like a task")
    void whatOnStartThrowsAfterReadyIsAFailure() throws InterruptedException {
        CountDownLatch line = new CountDownLatch(1);
        Part root = Part.root();
        root.starting(self -> {
            self.isReady();
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
    @DisplayName("L-03 a service that was never started is told to its waiters at once, with the cause of the failure")
    void waitersForAServiceThatNeverStartedWake() {
        Part root = Part.root();
        root.child("b").starting(self -> {
            throw new IOException("no");
        });
        Part c = root.child("c");
        Beside waiter = Beside.run(() -> c.awaitReady(Duration.ofMinutes(1)));

        assertThatThrownBy(root::start).isInstanceOf(StartException.class);

        assertThat(waiter.thrown())
                .isInstanceOf(dev.ginkgo.NotReadyException.class)
                .hasMessageStartingWith("part/c is NEW")
                .hasRootCauseMessage("no");
    }

    @Test
    @DisplayName("L-03 a child with a short stop timeout does not shorten the way back of the others")
    void theWayBackHasTheDeadlineOfTheWholeTree() {
        Part root = Part.root();
        root.child("a").stopping(self -> {
            new CountDownLatch(1).await(150, java.util.concurrent.TimeUnit.MILLISECONDS);
            self.note("drained");
        });
        root.child("b")
                .lives(Lifecycle.standard().stopTimeout(Duration.ofMillis(1)))
                .starting(self -> {
                    throw new IOException("no");
                });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasNoSuppressedExceptions();
        assertThat(root.events).containsExactly("a onStart", "b onStart", "a onStop", "a drained");
    }

    @Test
    @DisplayName("L-03 an onStart that returned gets its onStop on the way back, even if it was never ready")
    void onStopMirrorsAnOnStartThatReturned() {
        Part root = Part.root()
                .lives(Lifecycle.standard().startTimeout(Duration.ofMillis(30)))
                .starting(Part::isReadyLater);

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasMessageContaining("not ready after 30 ms");
        assertThat(root.events).containsExactly("root onStart", "root onStop");
    }
}
