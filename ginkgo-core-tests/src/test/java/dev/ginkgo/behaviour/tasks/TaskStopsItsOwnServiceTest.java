package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TaskStopsItsOwnServiceTest {

    @Test
    @DisplayName("L-10 a task that stops its own service is interrupted like any task, and the stop completes")
    void taskStopsItsOwnService() throws InterruptedException {
        // Given
        AtomicBoolean interrupted = new AtomicBoolean();
        TestService root = TestService.root();
        root.child("a");
        root.whenStarting(self -> {
            self.waitingTask("other");
            self.task("stopper", () -> {
                self.awaitReady(Duration.ofSeconds(10));
                self.stop();
                interrupted.set(Thread.currentThread().isInterrupted());
                self.record("stop returns");
            });
        });

        // When
        Ginkgo ginkgo = Ginkgo.start(root);
        ginkgo.awaitStopped();

        // Then
        assertThat(interrupted).isTrue();
        assertThat(root.state()).isEqualTo(State.STOPPED);
        assertThat(root.events)
                .startsWith("a onStart", "root onStart", "root onStop")
                .contains("root other ends", "root stop returns")
                .endsWith("a onStop");
        await().until(() -> ginkgo.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-10 a task of a child may stop the whole tree, or remove its own service")
    void taskStopsTheTree_orRemovesItsService() throws InterruptedException {
        TestService root = TestService.root();
        TestService removed = root.child("removed")
                .whenStarting(self -> self.task("work", () -> {
                    root.awaitReady(Duration.ofSeconds(10));
                    root.removeChild(self);
                }));
        Ginkgo ginkgo = Ginkgo.start(root);
        await().until(() -> root.status().children().isEmpty());
        assertThat(removed.state()).isEqualTo(State.STOPPED);
        assertThat(root.state()).isEqualTo(State.READY);

        TestService stopper = root.detached("stopper").whenStarting(self -> self.task("work", root::stop));
        root.task("add", () -> root.child("stopper", stopper));
        ginkgo.awaitStopped();

        assertThat(root.state()).isEqualTo(State.STOPPED);
        await().until(() -> ginkgo.tasks().isEmpty());
    }
}
