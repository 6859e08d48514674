package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.testing.FakeClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hubs that read a stream from different positions: what their subscribers receive. */
class LateHubTest {
    private static final NodeIncarnation STREAM = new NodeIncarnation("events", 1_000);
    private static final NodeIncarnation SENDER = new NodeIncarnation("10.0.0.9:4440", 5);
    private static final ChannelName CHANNEL = ChannelName.of("/x");

    private final FakeClock clock = new FakeClock();
    private final List<Hub> hubs = new ArrayList<>();

    /** The replication of one hub, with its store. */
    private final class Hub {
        private final Counters counters = new Counters();
        private final Store store = new Store(
                new StoreLimits(
                        () -> Size.ofMebibytes(1),
                        () -> 1_000,
                        () -> Duration.ZERO,
                        () -> Duration.ofMinutes(10),
                        () -> 100,
                        () -> 100),
                clock,
                1,
                true,
                counters);
        private final BrokerReplication replication = new BrokerReplication(
                store,
                new IdempotencyCache(clock),
                new EpochFence(),
                counters,
                clock,
                () -> 2,
                () -> Duration.ofSeconds(5),
                () -> new ReadStart.Tail(Duration.ofMinutes(10), 1_000_000),
                () -> 1_000);

        Hub(int number, long lastAtStart) throws Exception {
            replication.open(
                    new SilentBroker(lastAtStart), new NodeIncarnation("10.0.0." + number + ":4440", 1), () -> {});
            hubs.add(this);
        }

        /** Returns what a subscriber receives from the oldest message on, up to one with the text {@code end}. */
        List<String> texts() throws InterruptedException {
            List<String> texts = new ArrayList<>();
            SubscribeRequest request = SubscribeRequest.of(ChannelSelector.of(CHANNEL), Since.Point.ALL);
            try (Subscription subscription =
                    HubAccess.subscribe(store, request, clock, counters).onGap(_ -> texts.add("gap"))) {
                while (texts.isEmpty() || !texts.getLast().equals("end")) {
                    texts.add(subscription.take().text());
                }
            }
            return texts;
        }
    }

    /** A broker whose stream the test reads to the hubs. */
    private static final class SilentBroker extends Broker {
        private final long last;

        SilentBroker(long last) {
            this.last = last;
        }

        @Override
        public List<BrokerStream> open(NodeIncarnation self, BrokerListener brokerListener) {
            return List.of(new BrokerStream(STREAM, 1, last));
        }

        @Override
        public void read(NodeIncarnation stream, ReadStart readStart) {}

        @Override
        public CompletableFuture<BrokerPosition> append(BrokerMessage message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BrokerStats stats() {
            return new BrokerStats("silent", true, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @AfterEach
    void close() {
        hubs.forEach(hub -> {
            hub.replication.close();
            hub.store.close();
        });
    }

    private void read(Hub hub, long position, String text, long epoch, long read) {
        BrokerMessage message = new BrokerMessage(
                        SENDER,
                        position,
                        CHANNEL.text(),
                        false,
                        text.getBytes(StandardCharsets.UTF_8),
                        1,
                        Optional.of(new Epoch("c", epoch)),
                        Optional.empty(),
                        0)
                .withRead(Map.of(STREAM, read));
        hub.replication.received(
                new BrokerPosition(STREAM, position), clock.now().toEpochMilli(), message);
    }

    @Test
    @DisplayName(
            "K-63 a hub that starts when the first message of a new epoch is not held any more does not deliver a later"
                    + " stored one of the old epoch, which the other hubs reject; its subscribers receive a gap")
    void lateHubDeliversNothing_thatOthersReject() throws Exception {
        // Given a hub that has read everything, and one whose history begins after the first message of epoch 5
        Hub early = new Hub(1, 0);
        early.replication.start();
        read(early, 1, "of epoch 4", 4, 0);
        read(early, 2, "of epoch 5", 5, 1);
        Hub late = new Hub(2, 2);
        late.replication.lost(new SequenceRange(STREAM, 1, 2));
        assertThat(late.replication.isLoaded()).isTrue();
        late.replication.start();

        // When a message of epoch 4 was on its way for long
        for (Hub hub : hubs) {
            read(hub, 3, "of epoch 4, late", 4, 1);
            read(hub, 4, "of epoch 5 again", 5, 3);
            read(hub, 5, "end", 5, 4);
        }

        // Then
        assertThat(early.texts()).containsExactly("of epoch 4", "of epoch 5", "of epoch 5 again", "end");
        assertThat(late.texts()).containsExactly("gap", "of epoch 5 again", "end");
    }

    @Test
    @DisplayName("K-63 a hub that starts while a leader publishes delivers all of its history")
    void lateHubDeliversItsHistory() throws Exception {
        Hub late = new Hub(1, 12);
        late.replication.lost(new SequenceRange(STREAM, 1, 10));
        read(late, 11, "on its way", 4, 9);
        read(late, 12, "next", 4, 11);
        late.replication.start();
        late.replication.skipped(new BrokerPosition(STREAM, 13)); // of another program
        read(late, 14, "end", 4, 12);

        assertThat(late.texts()).containsExactly("gap", "on its way", "next", "gap", "end");
    }
}
