package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.publish.AsyncPublisher;
import dev.ginkgo.hub.spi.LocalBroker;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.hub.testing.HubCluster;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A subscriber that moves between the hubs of a broker while messages are published at all of them. */
class MovingSubscriberTest {
    private static final int HUBS = 3;
    private static final int MOVES = 20;

    /** Messages of one publisher that wait for the broker at the same time. */
    private static final int WINDOW = 200;

    private static final String SETTINGS =
            "hub.replication.publish-timeout = '1m'\nhub.store.budget = '256MiB'\nhub.history.count = 1000000";

    @Test
    @DisplayName(
            "H-244 a subscriber that moves between three hubs while messages are published at all of them receives each"
                    + " once and in the order of its publisher, although a hub is cut off for a while")
    void receivesEachMessageOnce() throws Exception {
        run(6_000);
    }

    @Test
    @Tag("long")
    @DisplayName("H-244 of 100,000 messages a subscriber that moves between three hubs receives each once")
    void receivesEachOfManyMessagesOnce() throws Exception {
        run(99_999);
    }

    private static void run(int count) throws Exception {
        LocalBrokerServer server = new LocalBrokerServer(2);
        try (HubCluster nodes = HubCluster.of(HUBS, server, SETTINGS);
                ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
            // Given
            int received = 0;
            List<Future<?>> publishing = new ArrayList<>();
            for (int i = 0; i < HUBS; i++) {
                int hub = i;
                publishing.add(publishers.submit(() -> publish(nodes, hub, count / HUBS)));
            }

            // When
            List<String> gaps = new ArrayList<>();
            Map<Integer, Integer> nextOf = new HashMap<>();
            String id = "";
            LocalBroker cutOff = Objects.requireNonNull(nodes.get(1).broker);
            for (int move = 0; received < count; move++) {
                if (move == MOVES / 4) {
                    server.isolate(cutOff, true);
                } else if (move == MOVES / 4 + 1) {
                    server.isolate(cutOff, false);
                }
                Since since = id.isEmpty() ? Since.Point.ALL : new Since.After(id);
                int hub = move == MOVES / 4 ? 0 : move % HUBS; // not the one that is cut off
                try (Subscription subscription = nodes.get(hub).hub.subscribe("/n/>", since)) {
                    subscription.onGap(gap -> gaps.add(gap.toString()));
                    int until = Math.min(count, received + count / MOVES);
                    while (received < until) {
                        Message message = subscription.take();
                        String[] text = message.text().split("/", -1);
                        int publisher = Integer.parseInt(text[0]);
                        assertThat(Integer.parseInt(text[1])).isEqualTo(nextOf.getOrDefault(publisher, 0));
                        nextOf.merge(publisher, 1, Integer::sum);
                        received++;
                        id = message.id();
                    }
                }
            }

            // Then
            for (Future<?> each : publishing) {
                each.get();
            }
            assertThat(gaps).isEmpty();
            assertThat(nextOf.values()).containsOnly(count / HUBS);
            assertThat(server.count("/n/0") + server.count("/n/1")).isEqualTo(count);
        }
    }

    /** Publishes on the channel of one publisher, which is in one stream, at one hub. */
    private static Void publish(HubCluster nodes, int hub, int count) throws Exception {
        AsyncPublisher publisher = (AsyncPublisher) HubAccess.publisher(nodes.get(hub).hub);
        ChannelName channel = ChannelName.of("/n/" + hub);
        Queue<CompletableFuture<PublishResult>> window = new ArrayDeque<>();
        for (int n = 0; n < count; ) {
            CompletableFuture<PublishResult> result =
                    publisher.publishAsync(channel, Payload.text(hub + "/" + n), 0, Optional.empty(), null);
            if (result.isCompletedExceptionally()) {
                assertThat(result)
                        .isNotCancelled()
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .havingCause()
                        .isInstanceOf(HubRejectedException.class);
                assertThat(nodes.get(hub).hub.awaitPeers(HubCluster.TIMEOUT)).isTrue(); // it is cut off
                continue;
            }
            n++;
            window.add(result);
            if (window.size() == WINDOW) {
                window.remove().get();
            }
        }
        for (CompletableFuture<PublishResult> each : window) {
            each.get();
        }
        return null;
    }
}
