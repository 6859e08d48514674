package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Mailbox;
import dev.ginkgo.Service;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ConsumerAcrossRestartTest {

    /** Modelled on the number client of the examples: a service with a mailbox over which other services iterate. */
    private static final class Producer extends Service implements Iterable<Integer> {
        final Mailbox<Integer> numbers = add("numbers", new Mailbox<>(8, Mailbox.Overflow.DROP_OLDEST));
        int next;

        @Override
        protected void onStart() {
            every("produce", () -> Duration.ofSeconds(1), () -> {
                if (next == 3) {
                    next++;
                    throw new IllegalStateException("boom");
                }
                numbers.put(next++);
            });
        }

        @Override
        public Iterator<Integer> iterator() {
            return numbers.iterator();
        }
    }

    @Test
    @DisplayName("S-08 an iteration over a child that is restarted pauses and then continues; it ends with the child's"
            + " final stop")
    void iterationContinues_afterARestart() {
        // Given
        FakeClock clock = new FakeClock();
        TestService root = new TestService("root");
        List<Integer> seen = new CopyOnWriteArrayList<>();
        List<String> ended = new CopyOnWriteArrayList<>();
        Producer producer = root.child(
                "producer",
                new Producer(),
                Supervision.restart().backoff(Duration.ofMinutes(5), Duration.ofMinutes(5)));
        root.whenStarting(_ -> root.task("bridge", () -> {
            for (int number : producer) {
                seen.add(number);
            }
            ended.add("bridge");
        }));
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            // When it fails
            clock.advance(Duration.ofSeconds(10));

            // Then the consumer waits
            assertThat(producer.status().state()).isEqualTo(State.FAILED);
            assertThat(seen).containsExactly(0, 1, 2);
            assertThat(ended).isEmpty();
            assertThat(root.status().tasks()).isEqualTo(1);

            // When the producer is back, then the same iteration continues
            clock.advance(Duration.ofMinutes(7));
            assertThat(seen).startsWith(0, 1, 2, 4, 5);
            assertThat(ended).isEmpty();

            // When the producer stops permanently
            producer.stop();
            clock.awaitIdle();
            assertThat(ended).containsExactly("bridge");
            assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);
        }
    }
}
