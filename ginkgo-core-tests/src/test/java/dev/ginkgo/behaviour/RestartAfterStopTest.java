package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.StartException;
import dev.ginkgo.State;
import dev.ginkgo.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RestartAfterStopTest {

    @Test
    @DisplayName("L-12 a stopped tree starts again with a fresh task scope; a ready one refuses")
    void startAgain() {
        Part root = Part.root();
        root.child("a").starting(self -> {
            self.owning(self.resource("socket"));
            self.waitingTask("work");
        });

        root.start();
        assertThatThrownBy(root::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("part is READY: it can be started again when it has stopped");
        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
        root.events.clear();
        Ginkgo again = Ginkgo.start(root);

        assertThat(root.events).containsExactly("a onStart", "root onStart");
        await().untilAsserted(() -> assertThat(again.tasks()) // the thread of a hook may be in its last instructions
                .singleElement()
                .satisfies(task -> assertThat(task.fullName()).isEqualTo("part/a#work")));
        root.stop();
        assertThat(root.events).endsWith("root onStop", "a onStop", "a work ends", "a closes socket");
        await().until(() -> again.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-12 a tree whose start failed starts again")
    void startAfterAFailedStart() {
        AtomicBoolean down = new AtomicBoolean(true);
        Part root = Part.root();
        Part a = root.child("a").starting(self -> {
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
    void startAfterAFailure() throws InterruptedException {
        Part root = Part.root();
        CountDownLatch fail = new CountDownLatch(1);
        Part a = root.child("a")
                .starting(self -> self.spawning("work", () -> {
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
        assertThat(root.status().reason()).isEqualTo("part/a failed: lost");

        root.events.add("again");
        root.start();

        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
    }

    @RepeatedTest(50)
    @DisplayName("L-12 whoever has waited for the stop may start again at once")
    void startRightAfterAwaitStopped() throws InterruptedException {
        Part root = Part.root();
        root.child("a");
        root.start();
        Beside restart = Beside.run(() -> {
            root.awaitStopped();
            root.start();
        });
        await().pollInterval(Duration.ofMillis(1)).until(restart::isParked);

        root.stop();

        assertThat(restart.thrown()).isNull();
        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
    }

    @Test
    @DisplayName("L-12 what was added while it ran is gone after the stop")
    void addedChildrenAreRemovedAtStop() {
        Part root = Part.root();
        root.child("declared");
        root.start();
        Part added = root.child("added");
        assertThat(root.status().children()).extracting(Status::path).containsExactly("part/declared", "part/added");

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
        assertThat(root.status().children()).extracting(Status::path).containsExactly("part/declared");
        root.start();
        root.child("added");
        root.stop();
    }

    @Test
    @DisplayName("L-12 in a second start the children are waited for anew")
    void waitersOfTheSecondRunWait() {
        // Given a task that waits for a sibling that starts after it
        Part root = Part.root();
        CountDownLatch waits = new CountDownLatch(1);
        Part late = root.other("late");
        Part early = root.child("early");
        root.adding("late", late);
        root.start();
        root.stop();
        early.starting(self -> self.spawning("wait", () -> {
            waits.countDown();
            late.awaitReady(Duration.ofSeconds(10));
            self.note("saw late");
        }));
        late.starting(self -> {
            waits.await();
            self.sleeping(Duration.ofMillis(20));
        });

        // When
        root.start();

        // Then
        await().until(() -> root.events.contains("early saw late"));
        root.stop();
    }
}
