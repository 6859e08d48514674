package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StopDeadlineTest {
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void releaseTheDeaf() {
        release.countDown();
    }

    @Test
    @DisplayName("L-20 one deadline governs the whole stop: twenty deaf services do not add up")
    void timeoutsDoNotAddUp() {
        // Given
        TestService root = TestService.root().withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(300)));
        for (int i = 0; i < 20; i++) {
            root.child("deaf-" + i).whenStarting(this::deafTask).whenStopping(self -> deaf());
        }
        root.start();

        // When
        long begin = TimeSource.system().nanos();
        StopException thrown = catchThrowableOfType(StopException.class, root::stop);
        Duration took = Duration.ofNanos(TimeSource.system().nanos() - begin);

        // Then
        assertThat(thrown.leaks()).extracting(Leak::task).contains("deaf").hasSizeGreaterThanOrEqualTo(20);
        assertThat(thrown.getSuppressed()).hasSize(20);
        assertThat(took).isLessThan(Duration.ofMillis(300 + 1200));
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().children()).allSatisfy(child -> {
            assertThat(child.state()).isEqualTo(State.FAILED);
            assertThat(child.reason()).isEqualTo("leak");
        });
    }

    @Test
    @DisplayName("L-20 a deaf task of the parent leaves the children half of the time")
    void aDeafTaskLeavesTheChildrenTheirTurn() {
        TestService root = TestService.root()
                .withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(400)))
                .whenStarting(this::deafTask);
        root.child("a").whenStopping(self -> {
            self.pause(Duration.ofMillis(50));
            self.record("drained");
        });
        Ginkgo ginkgo = Ginkgo.start(root);

        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        assertThat(root.events).endsWith("a onStop", "a drained");
        assertThat(thrown.leaks()).singleElement().satisfies(leak -> {
            assertThat(leak.path()).isEqualTo("test-service");
            assertThat(leak.task()).isEqualTo("deaf");
            assertThat(leak.age()).isPositive();
            assertThat(leak.stack()).anyMatch(frame -> frame.getMethodName().equals("deaf"));
        });
        assertThat(thrown).hasMessageContaining("test-service#deaf still runs after");
        assertThat(ginkgo.tasks())
                .as("what still runs is told")
                .anyMatch(t -> t.fullName().equals("test-service#deaf"));
        release.countDown();
        org.awaitility.Awaitility.await().until(() -> ginkgo.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-20 a service has its own timeout, or what is left, whichever is less")
    void theOwnTimeout() {
        TestService root = TestService.root();
        root.child("a");
        root.child("b")
                .withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(50)))
                .whenStopping(self -> deaf());
        root.start();

        long begin = TimeSource.system().nanos();
        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        assertThat(Duration.ofNanos(TimeSource.system().nanos() - begin)).isLessThan(Duration.ofSeconds(2));
        assertThat(thrown).hasMessageContaining("test-service/b: onStop threw java.util.concurrent.TimeoutException");
        assertThat(root.events).endsWith("root onStop", "b onStop", "a onStop");
    }

    @Test
    @DisplayName("L-20 after a start timeout the way back has a deadline of its own")
    void aFreshDeadlineForTheWayBack() {
        TestService root = TestService.root();
        root.child("a").whenStopping(self -> {
            self.pause(Duration.ofMillis(100));
            self.record("drained");
        });
        root.child("b")
                .withLifecycle(Lifecycle.standard().startTimeout(Duration.ofMillis(20)))
                .whenStarting(self -> new CountDownLatch(1).await());

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasMessageContaining("not ready after 20 ms").hasNoSuppressedExceptions();
        assertThat(root.events).endsWith("a onStop", "a drained");
    }

    private void deafTask(TestService self) {
        self.task("deaf", this::deaf);
    }

    private void deaf() {
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }
}
