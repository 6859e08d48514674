package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class BackoffEndsAtStopTest {
    private static final Duration BACKOFF = Duration.ofMinutes(10);

    @Test
    @DisplayName("S-06 a stop at any moment of the backoff ends the wait immediately, and nothing is started"
            + " afterwards")
    void stopEndsTheBackoff() throws Exception {
        for (Supervision policy : List.of(Supervision.restart(), Supervision.restartAll(), Supervision.restartRest())) {
            for (int minute = -1; minute <= 10; minute++) {
                // Given
                FakeClock clock = new FakeClock();
                TestService root = new TestService("root");
                TestService hub = root.child("hub", new TestService("hub"));
                TestService child = hub.child("child", new TestService("child"), policy.backoff(BACKOFF, BACKOFF));
                TestService sibling = hub.child("sibling", new TestService("sibling"));
                try (TestTree<TestService> tree = TestTree.start(root, clock)) {
                    child.failingTask("boom");
                    if (minute >= 0) { // -1: stop immediately after the failure
                        clock.advance(Duration.ofMinutes(minute));
                    }

                    // When
                    tree.ginkgo().stop();
                    tree.ginkgo().awaitStopped();

                    // Then, without advancing the clock
                    child.awaitStopped();
                    assertThat(root.status().state()).isEqualTo(State.STOPPED);
                    assertThat(child.status().nextRestartIn()).isEmpty();
                    clock.awaitIdle();
                    assertThat(tree.ginkgo().tasks()).isEmpty();
                    clock.advance(BACKOFF.multipliedBy(2));
                    assertThat(child.starts).hasValue(1);
                    assertThat(child.status().state()).isIn(State.FAILED, State.STOPPED);
                    assertThat(sibling.status().state()).isEqualTo(State.STOPPED);
                }
            }
        }
    }

    @Test
    @DisplayName("S-06 stopping the child ends the wait too")
    void stopOfTheChildEndsTheBackoff() throws Exception {
        FakeClock clock = new FakeClock();
        TestService root = new TestService("root");
        TestService child = root.child(
                "child", new TestService("child"), Supervision.restart().backoff(BACKOFF, BACKOFF));
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            child.failingTask("boom");
            clock.awaitIdle();

            child.stop();
            child.awaitStopped();
            clock.advance(BACKOFF.multipliedBy(2));

            assertThat(child.starts).hasValue(1);
            assertThat(tree.ginkgo().tasks()).isEmpty();
            assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);
        }
    }
}
