package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The steps of a stop: tasks end before resources are closed, and what does not end is interrupted again and reported. */
class StopStepsTest {
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    @DisplayName("resources are closed when the tasks have ended, also if these take some time after the interrupt")
    void resourcesAreClosed_afterTasksHaveEnded() {
        TestService root = TestService.root().whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            CountDownLatch running = new CountDownLatch(1);
            self.task("work", () -> {
                try {
                    running.countDown();
                    release.await();
                } catch (InterruptedException stop) {
                    self.pause(Duration.ofMillis(100));
                    self.record("work ends");
                }
            });
            running.await();
        });
        root.start();
        root.stop();
        assertThat(root.events).containsExactly("root onStart", "root onStop", "root work ends", "root closes socket");
    }

    @Test
    @DisplayName("a task that goes on after the first interrupt is interrupted again when the resources are closed")
    void tasksAreInterruptedAgain_afterResourcesAreClosed() {
        TestService root = TestService.root().stopTimeout(Duration.ofMillis(200));
        root.whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            CountDownLatch running = new CountDownLatch(1);
            self.task("work", () -> {
                running.countDown();
                for (int interrupts = 0; interrupts < 2; interrupts++) {
                    try {
                        release.await();
                    } catch (InterruptedException ignored) {
                        self.record("work is interrupted");
                    }
                }
            });
            running.await();
        });
        root.start();
        root.stop();
        assertThat(root.events)
                .containsExactly(
                        "root onStart",
                        "root onStop",
                        "root work is interrupted",
                        "root closes socket",
                        "root work is interrupted");
        assertThat(root.state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("a task that does not end when a start is rolled back is a suppressed exception of the start")
    void leakOfRollback_isReported() {
        TestService root = TestService.root()
                .stopTimeout(Duration.ofMillis(100))
                .whenStarting(self -> {
                    CountDownLatch running = new CountDownLatch(1);
                    self.task("stuck", () -> {
                        running.countDown();
                        boolean released = false;
                        while (!released) {
                            try {
                                release.await();
                                released = true;
                            } catch (InterruptedException ignored) {
                                // goes on
                            }
                        }
                    });
                    running.await();
                    throw new IllegalStateException("no");
                });
        StartException thrown = catchThrowableOfType(StartException.class, root::start);
        assertThat(thrown.getSuppressed())
                .singleElement()
                .satisfies(leak -> assertThat(leak).hasMessageContaining("test-service#stuck still runs after"));
        release.countDown();
    }
}
