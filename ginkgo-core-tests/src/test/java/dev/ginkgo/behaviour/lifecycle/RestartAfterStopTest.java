package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RestartAfterStopTest {

    @Test
    @DisplayName("L-12 a stopped tree can be started again with a new task scope; starting a running tree is rejected")
    void startsAgain_afterAStop() {
        TestService root = TestService.root();
        root.child("a").whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            self.waitingTask("work");
        });

        root.start();
        assertThatThrownBy(root::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test-service is READY: it can be started again when it has stopped");
        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
        root.events.clear();
        Ginkgo restarted = Ginkgo.start(root);

        assertThat(root.events).containsExactly("a onStart", "root onStart");
        await().untilAsserted(() -> assertThat(restarted.tasks()) // the thread of a hook may not have ended yet
                .singleElement()
                .satisfies(task -> assertThat(task.fullName()).isEqualTo("test-service/a#work")));
        root.stop();
        assertThat(root.events).endsWith("root onStop", "a onStop", "a work ends", "a closes socket");
        await().until(() -> restarted.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-12 a tree whose start failed starts again")
    void startsAgain_afterAFailedStart() {
        AtomicBoolean down = new AtomicBoolean(true);
        TestService root = TestService.root();
        TestService a = root.child("a").whenStarting(self -> {
            if (down.getAndSet(false)) {
                throw new IOException("down");
            }
        });
        assertThat(catchThrowable(root::start)).isInstanceOf(StartException.class);

        root.start();

        assertThat(a.state()).isEqualTo(State.READY);
        assertThat(a.status().failure()).isEmpty();
        root.stop();
    }

    @Test
    @DisplayName("L-12 a tree that failed while running starts again")
    void startsAgain_afterAFailure() throws InterruptedException {
        TestService root = TestService.root();
        CountDownLatch fail = new CountDownLatch(1);
        TestService a = root.child("a")
                .whenStarting(self -> self.task("work", () -> {
                    fail.await();
                    if (!self.events.contains("again")) {
                        throw new IOException("lost");
                    }
                }));
        root.start();
        fail.countDown();
        root.awaitStopped();
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(a.state()).isEqualTo(State.FAILED);
        assertThat(root.status().reason()).isEqualTo("test-service/a failed: lost");

        root.events.add("again");
        root.start();

        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
    }

    @RepeatedTest(50)
    @DisplayName("L-12 a thread that waited for the stop can start the tree again immediately")
    void startsAgain_rightAfterAwaitStopped() throws InterruptedException {
        TestService root = TestService.root();
        root.child("a");
        root.start();
        BackgroundThread restart = BackgroundThread.run(() -> {
            root.awaitStopped();
            root.start();
        });
        await().pollInterval(Duration.ofMillis(1)).until(restart::isParked);

        root.stop();

        assertThat(restart.awaitThrown()).isNull();
        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
    }

    @Test
    @DisplayName("L-12 children added at run time are removed at the stop")
    void addedChildrenAreRemovedAtStop() {
        TestService root = TestService.root();
        root.child("declared");
        root.start();
        TestService added = root.child("added");
        assertThat(root.status().children())
                .extracting(Status::path)
                .containsExactly("test-service/declared", "test-service/added");

        root.stop();

        assertThat(added.state()).isEqualTo(State.STOPPED);
        assertThat(root.events)
                .containsExactly(
                        "declared onStart",
                        "root onStart",
                        "added onStart",
                        "root onStop",
                        "added onStop",
                        "declared onStop");
        assertThat(root.status().children()).extracting(Status::path).containsExactly("test-service/declared");
        root.start();
        root.child("added");
        root.stop();
    }

    @Test
    @DisplayName("L-12 after a second start, awaitReady waits for the children of that run")
    void awaitReadyWaits_inTheSecondRun() {
        // Given a task that waits for a sibling that starts after it
        TestService root = TestService.root();
        CountDownLatch waits = new CountDownLatch(1);
        TestService late = root.detached("late");
        TestService early = root.child("early");
        root.child("late", late);
        root.start();
        root.stop();
        early.whenStarting(self -> self.task("wait", () -> {
            waits.countDown();
            late.awaitReady(Duration.ofSeconds(10));
            self.record("saw late");
        }));
        late.whenStarting(self -> {
            waits.await();
            self.pause(Duration.ofMillis(20));
        });

        // When
        root.start();

        // Then
        await().until(() -> root.events.contains("early saw late"));
        root.stop();
    }
}
