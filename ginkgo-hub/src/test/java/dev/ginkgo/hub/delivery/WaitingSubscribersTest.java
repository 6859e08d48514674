package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitingSubscribersTest {
    /** Subscriber that does nothing. */
    private static final class Idle extends LoopSubscriber {
        @Override
        public void sendNext() {
            // nothing to send
        }

        @Override
        public void heartbeat(long idleNanos) {
            // never idle
        }

        @Override
        public void closeIfStalled(long timeoutNanos) {
            // never stalled
        }

        @Override
        public void closeIfPending(PinnedMemory.Pin write) {
            // nothing is written
        }

        @Override
        public StreamConnection connection() {
            return new ChannelConnection(new EmbeddedChannel());
        }

        @Override
        public void close() {
            // no connection
        }
    }

    @Test
    @DisplayName("subscribers leave a group in the order in which they began to wait, without those that were removed")
    void removalKeepsOrder() {
        @SuppressWarnings("NullAway") // the encoded feed is not used
        SubscriberGroup group = new SubscriberGroup(
                null,
                new DeliveryLoop(
                        new DefaultEventLoop(), TimeSource.system(), new Counters(), new PinnedMemory(() -> 1)));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<LoopSubscriber> expected = new ArrayList<>();
        for (int round = 0; round < 10_000; round++) {
            if (random.nextInt(100) == 0) {
                Queue<LoopSubscriber> moved = new ArrayDeque<>();
                group.moveWaitingTo(moved);
                assertThat(moved).as("seed %d", seed).containsExactlyElementsOf(expected);
                expected.clear();
            } else if (random.nextInt(5) < 3) {
                LoopSubscriber added = new Idle();
                group.addWaiting(added);
                group.addWaiting(added);
                expected.add(added);
            } else if (!expected.isEmpty()) {
                LoopSubscriber removed = expected.remove(random.nextInt(expected.size()));
                assertThat(group.removeWaiting(removed)).isTrue();
                assertThat(group.removeWaiting(removed)).isFalse();
            }
        }
    }
}
