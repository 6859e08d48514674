package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.run.log.LogSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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

    @Test
    @DisplayName(
            "C-53 a failure of a periodic task is a problem of the process until a run succeeds, and is logged once"
                    + " in one line, as is its end")
    void failureIsAProblem_untilARunSucceeds() {
        Logger logger = (Logger) LoggerFactory.getLogger("ginkgo");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        AtomicBoolean full = new AtomicBoolean(true);
        AtomicInteger runs = new AtomicInteger();
        try (PeriodicTasks periodicTasks = new PeriodicTasks(Duration.ofMillis(1))) {
            // When a task fails repeatedly
            periodicTasks.add(() -> {
                runs.incrementAndGet();
                LogSpace.require(Path.of("shop.log"), _ -> full.get() ? 0 : Long.MAX_VALUE);
            });
            await().atMost(Duration.ofSeconds(20)).until(() -> runs.get() > 3);
            String problem = "the disk of the log shop.log is full, lines are lost; free disk space";
            assertThat(periodicTasks.problems()).containsExactly(problem);

            // And then succeeds
            full.set(false);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> periodicTasks.problems().isEmpty() && log.list.size() > 1);

            // Then both changes have been logged
            assertThat(log.list)
                    .extracting(ILoggingEvent::toString)
                    .containsExactly("[WARN] " + problem, "[INFO] no longer: " + problem);
            assertThat(log.list)
                    .allSatisfy(event -> assertThat(event.getThrowableProxy()).isNull());
        } finally {
            logger.detachAppender(log);
            logger.setLevel(null);
        }
    }
}
