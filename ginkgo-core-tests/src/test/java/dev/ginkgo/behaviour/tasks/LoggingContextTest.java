package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.LogCapture;
import dev.ginkgo.behaviour.TestService;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

final class LoggingContextTest {

    @Test
    @DisplayName(
            "T-34 the logging context of tasks and hooks has the path of the service, also for loggers of libraries")
    void pathIsInTheLoggingContext() throws Exception {
        // Given
        TestService root = TestService.root();
        TestService child = root.child("child")
                .whenStarting(_ -> LoggerFactory.getLogger("library").info("starting"));
        try (LogCapture log = new LogCapture("library")) {
            // When
            try (Ginkgo ginkgo = Ginkgo.start(root)) {
                child.task("work", () -> LoggerFactory.getLogger("library").info("working"))
                        .join();
                root.task("work", () -> LoggerFactory.getLogger("library").info("working"))
                        .join();
                assertThat(ginkgo.status().ready()).isTrue();
            }

            // Then
            assertThat(log.withContext())
                    .containsExactly(
                            "starting {service=test-service/child}",
                            "working {service=test-service/child}",
                            "working {service=test-service}");
            assertThat(MDC.get("service")).as("of a thread outside the tree").isNull();
        }
    }
}
