package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeriodicTasksTest {
    @Test
    @DisplayName(
            "R-15 a periodic task that fails stops neither the other tasks nor its own next run: the log is rotated even"
                    + " if the control socket cannot be recreated")
    void failingTaskRunsAgain() {
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        try (PeriodicTasks periodicTasks = new PeriodicTasks(Duration.ofMillis(1))) {
            periodicTasks.add(() -> {
                failed.incrementAndGet();
                throw new IOException("the folder is root's");
            });
            periodicTasks.add(() -> {
                broken.incrementAndGet();
                throw new IllegalStateException("a bug");
            });
            periodicTasks.add(done::incrementAndGet);
            await().atMost(Duration.ofSeconds(20)).until(() -> done.get() > 3);
            assertThat(failed).hasValueGreaterThan(2);
            assertThat(broken).hasValueGreaterThan(2);
        }
    }
}
