package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RestartIntensityTest {
    private final FakeClock clock = new FakeClock();
    private final TestService root = new TestService("root");

    @Test
    @DisplayName("S-02 the failure after the last permitted restart fails the parent, with the history; the root stops"
            + " the tree in order")
    void failsTheParent_whenTheIntensityIsExceeded() throws Exception {
        // Given
        TestService sibling = root.child("a", new TestService("a", root.events));
        TestService child = root.child("b", new TestService("b", root.events), Supervision.restart());
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            for (int i = 1; i <= 5; i++) {
                child.failingTask("boom " + i);
                clock.advance(Duration.ofSeconds(5));
                assertThat(child.status().state()).isEqualTo(State.READY);
            }
            root.events.clear();

            // When
            child.failingTask("boom 6");
            tree.ginkgo().awaitStopped();

            // Then
            assertThat(root.status().state()).isEqualTo(State.FAILED);
            assertThat(root.status().reason())
                    .isEqualTo("test-service/b failed 6 times within 60 s; its supervision allows 5 restarts");
            Throwable failure = root.status().failure().orElseThrow();
            assertThat(failure)
                    .hasMessageContainingAll("boom 1", "boom 2", "boom 3", "boom 4", "boom 5", "boom 6")
                    .hasRootCauseMessage("boom 6");
            assertThat(failure.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("boom 1", "boom 2", "boom 3", "boom 4", "boom 5");
            assertThat(root.events).containsExactly("b onStop", "root onStop", "a onStop");
            assertThat(sibling.status().state()).isEqualTo(State.STOPPED);
            assertThat(child.status().state()).isEqualTo(State.FAILED);
            assertThat(child.status().nextRestartIn()).isEmpty();
            clock.awaitIdle();
            assertThat(tree.ginkgo().tasks()).isEmpty();
        }
    }

    @Test
    @DisplayName("S-02 failures count only within the window")
    void countsOnlyFailuresWithinTheWindow() {
        TestService child = root.child("a", new TestService("a"), Supervision.restart());
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            for (int i = 0; i < 30; i++) {
                child.failingTask("boom " + i);
                clock.advance(Duration.ofSeconds(15));
                assertThat(child.status().state()).isEqualTo(State.READY);
            }
            assertThat(tree.ginkgo().status().children().getFirst().restarts()).isEqualTo(30);
        }
    }

    @Test
    @DisplayName("S-10 the restart intensity applies also if the backoff is as long as the window")
    void longPausesDoNotKeepFailuresApart() throws Exception {
        // Given
        Duration minute = Duration.ofMinutes(1);
        TestService child = root.child(
                "a",
                new TestService("a"),
                Supervision.restart().backoff(minute, minute).atMost(2, minute));
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            for (int i = 1; i <= 2; i++) {
                child.failingTask("boom " + i);
                clock.awaitIdle();
                assertThat(child.status().nextRestartIn().orElseThrow()).isGreaterThanOrEqualTo(minute);
                while (child.status().state() != State.READY) {
                    clock.advance(Duration.ofSeconds(1));
                }
            }

            // When
            child.failingTask("boom 3");
            clock.awaitIdle();

            // Then
            assertThat(root.status().state()).isEqualTo(State.FAILED);
            assertThat(root.status().reason())
                    .isEqualTo("test-service/a failed 3 times within 60 s; its supervision allows 2 restarts");
            tree.ginkgo().awaitStopped();
        }
    }

    @Test
    @DisplayName("S-02 escalation: the parent is restarted by its own supervision, and its child gets a new allowance"
            + " of restarts")
    void escalatesToTheParentsSupervision() {
        // Given
        TestService hub = root.child("hub", new TestService("hub", root.events), Supervision.restart());
        TestService http = hub.child(
                "http",
                new TestService("http", root.events),
                Supervision.restart().atMost(1, Duration.ofHours(1)).backoff(Duration.ZERO, Duration.ZERO));
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            for (int round = 0; round < 2; round++) {
                root.events.clear();
                http.failingTask("boom 1");
                clock.awaitIdle();
                assertThat(root.events).containsExactly("http onStop", "http onStart");

                // When
                http.failingTask("boom 2");
                clock.awaitIdle();
                assertThat(root.events).containsExactly("http onStop", "http onStart", "http onStop", "hub onStop");
                assertThat(hub.status().state()).isEqualTo(State.FAILED);
                clock.advance(Duration.ofSeconds(1));

                // Then
                assertThat(root.events)
                        .containsExactly(
                                "http onStop",
                                "http onStart",
                                "http onStop",
                                "hub onStop",
                                "http onStart",
                                "hub onStart");
                assertThat(hub.status().restarts()).isEqualTo(round + 1);
                assertThat(tree.ginkgo().status().ready()).isTrue();
            }
        }
    }
}
