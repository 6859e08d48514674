package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class SpawnOutsideOfARunTest {

    @Test
    @DisplayName("T-03 spawn on a new or stopped service throws with the reason, and creates no thread")
    void spawnThrows_outsideARun() {
        // Given
        TestService root = new TestService("root");
        AtomicBoolean ran = new AtomicBoolean();

        // When it is new
        assertThatThrownBy(() -> root.task("work", () -> ran.set(true)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("spawn was called on test-service before its onStart: a constructor declares, onStart acts,"
                        + " so move the call there");

        // When it has stopped
        Ginkgo ginkgo = Ginkgo.start(root);
        ginkgo.stop();
        assertThatThrownBy(() -> root.task("work", () -> ran.set(true)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test-service is STOPPED: spawn has no effect there");

        // Then
        await().until(() -> ginkgo.tasks().isEmpty());
        assertThat(root.status().tasks()).isZero();
        assertThat(ran).isFalse();
    }

    @Test
    @DisplayName("T-09 a spawn during a stop throws, so that the caller can roll back")
    void spawnThrows_duringAStop() throws Exception {
        // Given a task that spawns another one when it is interrupted, and rolls back when that is rejected
        TestService root = new TestService("root");
        AtomicReference<Exception> rejected = new AtomicReference<>();
        AtomicBoolean rolledBack = new AtomicBoolean();
        AtomicBoolean ran = new AtomicBoolean();
        try (TestTree<TestService> tree = TestTree.start(root)) {
            root.task("accept", () -> {
                try {
                    root.blockForever();
                } catch (InterruptedException stopping) {
                    try {
                        root.task("connection", () -> ran.set(true));
                    } catch (IllegalStateException e) {
                        rejected.set(e);
                        rolledBack.set(true);
                    }
                }
            });

            // When
            tree.ginkgo().stop();
        }

        // Then
        assertThat(rejected.get())
                .hasMessage(
                        "test-service is stopping: no task \"connection\" was spawned. Let the exception end the caller.");
        assertThat(rolledBack).isTrue();
        assertThat(ran).isFalse();
        assertThat(root.status().state()).isEqualTo(State.STOPPED);
    }

    @RepeatedTest(50)
    @DisplayName("T-09 when tasks spawn continuously during a stop, each spawned task is joined or rejected, and none"
            + " is lost")
    void joinsOrRejectsEveryTask_duringAStop() throws Exception {
        // Given
        TestService root = new TestService("root");
        List<Thread> spawned = new CopyOnWriteArrayList<>();
        CountDownLatch busy = new CountDownLatch(20);
        AtomicBoolean rejected = new AtomicBoolean();
        Ginkgo ginkgo = Ginkgo.start(root);
        root.task("accept", () -> {
            try {
                while (true) {
                    root.task("connection", () -> {
                        spawned.add(Thread.currentThread());
                        busy.countDown();
                        root.blockForever();
                    });
                    root.pause(Duration.ZERO);
                }
            } catch (IllegalStateException e) {
                rejected.set(true);
            }
        });
        busy.await();

        // When
        ginkgo.stop();

        // Then
        await().until(() -> ginkgo.tasks().isEmpty());
        assertThat(spawned).isNotEmpty().noneMatch(t -> t.getState() != Thread.State.TERMINATED && !joined(t));
        assertThat(root.status().state()).isEqualTo(State.STOPPED);
    }

    private static boolean joined(Thread thread) {
        try {
            return thread.join(Duration.ofSeconds(5)); // it has left its service and is about to end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
