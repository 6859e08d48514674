package dev.ginkgo.behaviour.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.GinkgoMeters;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class GinkgoMetersTest {
    private final FakeClock clock = new FakeClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    @DisplayName("L-32 GinkgoMeters binds starts, stops, restarts, reloads, failed tasks and the states of a tree to a"
            + " Micrometer registry")
    void bindsMeters() {
        // Given
        TestService root = TestService.root();
        TestService child = root.child("a", new TestService("a"), Supervision.restart());
        TestService other = root.child("b");
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            new GinkgoMeters(tree.ginkgo()).bindTo(registry);
            assertThat(services("ready")).isEqualTo(3);

            // When a service is restarted, another one is degraded, and a reload is rejected
            child.failingTask("boom");
            clock.advance(Duration.ofSeconds(5));
            other.markDegraded("no database");
            tree.reload("unknown = 1");

            // Then
            assertThat(count("ginkgo.service.starts", "ready")).isEqualTo(4);
            assertThat(count("ginkgo.service.stops", "clean")).isEqualTo(1);
            assertThat(count("ginkgo.service.restarts", "ready")).isEqualTo(1);
            assertThat(count("ginkgo.service.restarts", "failed")).isZero();
            assertThat(count("ginkgo.reloads", "rejected")).isEqualTo(1);
            assertThat(registry.get("ginkgo.task.failures").functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get("ginkgo.service.restarts")
                            .tag("result", "ready")
                            .functionTimer()
                            .totalTime(TimeUnit.NANOSECONDS))
                    .isPositive();
            assertThat(services("ready")).isEqualTo(2);
            assertThat(services("degraded")).isEqualTo(1);
            child.waitingTask("waits");
            assertThat(registry.get("ginkgo.tasks").gauge().value())
                    .isEqualTo(tree.ginkgo().tasks().size());
        }
        assertThat(services("stopped")).isEqualTo(3);
        assertThat(count("ginkgo.service.stops", "clean")).isEqualTo(4);
    }

    private double services(String state) {
        return registry.get("ginkgo.services").tag("state", state).gauge().value();
    }

    private double count(String name, String result) {
        return registry.get(name).tag("result", result).functionTimer().count();
    }
}
