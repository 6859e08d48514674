package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.State;
import dev.ginkgo.Supervision;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RestartIntensityTest {
    private final FakeClock clock = new FakeClock();
    private final Puppet root = new Puppet("root");

    @Test
    @DisplayName(
            "S-02 the failure after the last permitted restart fails the parent, with the history; the root stops all in order")
    void exceededAtTheRoot() throws Exception {
        // Given
        Puppet sibling = root.child("a", new Puppet("a", root.journal()));
        Puppet child = root.child("b", new Puppet("b", root.journal()), Supervision.restart());
        try (TestTree<Puppet> tree = TestTree.start(root, clock)) {
            for (int i = 1; i <= 5; i++) {
                child.fails("boom " + i);
                clock.advance(Duration.ofSeconds(5));
                assertThat(child.status().state()).isEqualTo(State.READY);
            }
            root.journal().clear();

            // When
            child.fails("boom 6");
            tree.ginkgo().awaitStopped();

            // Then
            assertThat(root.status().state()).isEqualTo(State.FAILED);
            assertThat(root.status().reason())
                    .isEqualTo("puppet/b failed 6 times within 60 s; its supervision allows 5 restarts");
            Throwable failure = root.status().failure().orElseThrow();
            assertThat(failure)
                    .hasMessageContainingAll("boom 1", "boom 2", "boom 3", "boom 4", "boom 5", "boom 6")
                    .hasRootCauseMessage("boom 6");
            assertThat(failure.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("boom 1", "boom 2", "boom 3", "boom 4", "boom 5");
            assertThat(root.journal()).containsExactly("-b", "-root", "-a");
            assertThat(sibling.status().state()).isEqualTo(State.STOPPED);
            assertThat(child.status().state()).isEqualTo(State.FAILED);
            assertThat(child.status().restartIn()).isEmpty();
            clock.settle();
            assertThat(tree.ginkgo().tasks()).isEmpty();
        }
    }

    @Test
    @DisplayName("S-02 failures count only within the window")
    void onlyWithinTheWindow() {
        Puppet child = root.child("a", new Puppet("a"), Supervision.restart());
        try (TestTree<Puppet> tree = TestTree.start(root, clock)) {
            for (int i = 0; i < 30; i++) {
                child.fails("boom " + i);
                clock.advance(Duration.ofSeconds(13));
                assertThat(child.status().state()).isEqualTo(State.READY);
            }
            assertThat(tree.ginkgo().status().children().getFirst().restarts()).isEqualTo(30);
        }
    }

    @Test
    @DisplayName(
            "S-02 the decision moves up: the parent is restarted by its own supervision, and its child gets its restarts anew")
    void decisionMovesUp() {
        // Given
        Puppet hub = root.child("hub", new Puppet("hub", root.journal()), Supervision.restart());
        Puppet http = hub.child(
                "http",
                new Puppet("http", root.journal()),
                Supervision.restart().atMost(1, Duration.ofHours(1)).backoff(Duration.ZERO, Duration.ZERO));
        try (TestTree<Puppet> tree = TestTree.start(root, clock)) {
            for (int round = 0; round < 2; round++) {
                root.journal().clear();
                http.fails("boom 1");
                clock.settle();
                assertThat(root.journal()).containsExactly("-http", "+http");

                // When
                http.fails("boom 2");
                clock.settle();
                assertThat(root.journal()).containsExactly("-http", "+http", "-http", "-hub");
                assertThat(hub.status().state()).isEqualTo(State.FAILED);
                clock.advance(Duration.ofSeconds(1));

                // Then
                assertThat(root.journal()).containsExactly("-http", "+http", "-http", "-hub", "+http", "+hub");
                assertThat(hub.status().restarts()).isEqualTo(round + 1);
                assertThat(tree.ginkgo().status().ready()).isTrue();
            }
        }
    }
}
