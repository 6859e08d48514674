package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HealthDetailTest {
    private final TestService root = TestService.root();
    private final TestService client = root.child("client");

    @Test
    @DisplayName("L-40 details of the health are in the status, and in the line of a service that is not ready")
    void detailsAreShown() {
        client.whenStarting(self -> self.detail("idle connections", 3));
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            // When
            client.detail("server", "10.0.0.1:4440");
            client.detail("idle connections", 4);

            // Then
            assertThat(client.status().details())
                    .containsExactly(entry("idle connections", "4"), entry("server", "10.0.0.1:4440"));
            assertThat(client.state()).isEqualTo(State.READY);
            assertThat(ginkgo.status().notReady()).isEmpty();

            // When
            client.markDegraded("overloaded");
            client.detail("server", null);

            // Then
            assertThat(ginkgo.status().notReady())
                    .containsExactly("test-service/client: DEGRADED, overloaded (idle connections: 4)");
        }
    }

    @Test
    @DisplayName("L-40 the details belong to one run: a stopped service has none, and cannot set any")
    void detailsEndWithTheRun() {
        client.whenStarting(self -> self.detail("server", "10.0.0.1:4440"));
        Ginkgo ginkgo = Ginkgo.start(root);
        client.whenStarting(_ -> {});
        ginkgo.stop();
        assertThat(client.status().details()).isEmpty();
        assertThatThrownBy(() -> client.detail("late", 1)).isInstanceOf(IllegalStateException.class);

        try (Ginkgo again = Ginkgo.start(root)) {
            assertThat(again.status().children().getFirst().details()).isEmpty();
        }
    }

    @Test
    @DisplayName("L-40 the text of a detail is formatted without a lock")
    void formatsTheValueWithoutALock() {
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            Object slow = new Object() {
                @Override
                public String toString() { // needs another thread that reads the tree
                    assertThat(BackgroundThread.run(ginkgo::status).awaitThrown())
                            .isNull();
                    return "text";
                }
            };
            client.detail("value", slow);
            assertThat(client.status().details()).containsExactly(entry("value", "text"));
        }
    }
}
