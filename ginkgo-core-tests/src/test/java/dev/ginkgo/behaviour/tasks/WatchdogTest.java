package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.LogCapture;
import dev.ginkgo.behaviour.TestService;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
    private static final int SPINNERS = Runtime.getRuntime().availableProcessors() * 2;

    private final AtomicBoolean finished = new AtomicBoolean();

    private void compute() {
        while (!finished.get()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("T-11 C-51 tasks that occupy every carrier thread are logged with their stacks within seconds, at a"
            + " limited rate")
    void logsTasksThatOccupyAllCarriers() {
        // Given
        TestService root = new TestService("root");
        try (LogCapture log = new LogCapture("dev.ginkgo.internal.engine.Watchdog")) {
            Ginkgo ginkgo = Ginkgo.of(root).name("numbers").start();
            try {
                // When
                for (int i = 0; i < SPINNERS; i++) {
                    root.task("crunch", this::compute);
                }

                // Then
                await().atMost(10, TimeUnit.SECONDS)
                        .until(() -> !log.at(Level.WARN).isEmpty());
                assertThat(log.at(Level.WARN))
                        .singleElement()
                        .asString()
                        .contains("no virtual thread could run for 1 s")
                        .contains("sleep(Duration.ZERO)")
                        .contains("\nnumbers#crunch\n    at ")
                        .contains(WatchdogTest.class.getName() + ".compute");
                assertThat(ginkgo.busyTasks())
                        .isNotEmpty()
                        .allSatisfy(task -> assertThat(task.fullName()).isEqualTo("numbers#crunch"));
                await().during(2_500, TimeUnit.MILLISECONDS)
                        .atMost(5, TimeUnit.SECONDS)
                        .until(() -> log.at(Level.WARN).size() == 1);

                // When they have ended, then the next check reports none
                finished.set(true);
                await().atMost(60, TimeUnit.SECONDS)
                        .until(() -> ginkgo.busyTasks().isEmpty());
            } finally {
                finished.set(true);
                ginkgo.stop();
            }
        }
    }

    @Test
    @DisplayName("T-11 sleep(Duration.ZERO) yields, so other tasks run")
    void sleepOfZeroYields() throws Exception {
        // Given
        TestService root = new TestService("root");
        Ginkgo ginkgo = Ginkgo.start(root);
        for (int i = 0; i < SPINNERS; i++) {
            root.task("crunch", () -> {
                while (!finished.get()) {
                    root.pause(Duration.ZERO);
                }
            });
        }

        // When
        CountDownLatch ran = new CountDownLatch(1);
        root.task("other", ran::countDown);

        // Then
        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
        ginkgo.stop(); // which also shows that the tasks react to interrupts
    }
}
