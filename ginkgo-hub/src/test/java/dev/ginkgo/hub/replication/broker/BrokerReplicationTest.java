package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.message.UnknownOutcomeException;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Replication through a broker that the test plays: what is delivered, and how a publish ends. */
class BrokerReplicationTest {
    private static final NodeIncarnation SELF = new NodeIncarnation("10.0.0.1:4440", 5);
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 6);
    private static final NodeIncarnation STREAM = new NodeIncarnation("events", 1_000);
    private static final NodeIncarnation SECOND = new NodeIncarnation("more-events", 1_000);
    private static final ChannelName CHANNEL = ChannelName.of("/x");

    private final FakeClock clock = new FakeClock();
    private final Counters counters = new Counters();
    private final EpochFence fence = new EpochFence();
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
    private final IdempotencyCache idempotencyCache = new IdempotencyCache(clock);
    private final BrokerReplication replication = new BrokerReplication(
            store,
            idempotencyCache,
            fence,
            counters,
            clock,
            () -> 2,
            () -> Duration.ofSeconds(5),
            () -> new ReadStart.Tail(Duration.ofMinutes(10), 1_000_000),
            () -> 1_000);
    private final StubBroker broker = new StubBroker();
    private long last;

    /** Keeps what is appended, until the test confirms it. */
    private static final class StubBroker extends Broker {
        final List<BrokerMessage> messages = new ArrayList<>();
        final List<CompletableFuture<BrokerPosition>> futures = new ArrayList<>();
        final List<ReadStart> reads = new ArrayList<>();
        List<BrokerStream> streams = List.of(new BrokerStream(STREAM, 1, 0));

        @Override
        public List<BrokerStream> open(NodeIncarnation self, BrokerListener brokerListener) {
            return streams;
        }

        @Override
        public void read(NodeIncarnation stream, ReadStart readStart) {
            reads.add(readStart);
        }

        @Override
        public CompletableFuture<BrokerPosition> append(BrokerMessage message) {
            messages.add(message);
            futures.add(new CompletableFuture<>());
            return futures.getLast();
        }

        @Override
        public BrokerStats stats() {
            return new BrokerStats("stub", true, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @BeforeEach
    void open() throws Exception {
        replication.open(broker, SELF, () -> {});
        replication.start();
    }

    @AfterEach
    void close() {
        replication.close();
        store.close();
    }

    private CompletableFuture<PublishResult> publish(String text, Optional<IdempotencyKey> key) {
        return replication.publisher().publishAsync(CHANNEL, Payload.text(text), 0, key, null);
    }

    private CompletableFuture<PublishResult> publish(String text, Lease lease) {
        return replication.publisher().publishAsync(CHANNEL, Payload.text(text), 0, Optional.empty(), lease);
    }

    private static BrokerMessage message(String text, Optional<Epoch> epoch, Optional<IdempotencyKey> key) {
        return new BrokerMessage(
                OTHER, 1, CHANNEL.text(), false, text.getBytes(StandardCharsets.UTF_8), 1, epoch, key, 0);
    }

    private void read(BrokerMessage message) {
        replication.received(new BrokerPosition(STREAM, ++last), clock.now().toEpochMilli(), message);
    }

    /** Returns the texts of the messages from a start on, and {@code gap} where there is one. */
    private List<String> texts(Since since) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        SubscribeRequest request = SubscribeRequest.of(ChannelSelector.of(CHANNEL), since);
        try (Subscription subscription =
                HubAccess.subscribe(store, request, clock, counters).onGap(_ -> texts.add("gap"))) {
            String end = "end " + last;
            read(message(end, Optional.empty(), Optional.empty()));
            for (String text = subscription.take().text();
                    !text.equals(end);
                    text = subscription.take().text()) {
                texts.add(text);
            }
        }
        return texts;
    }

    private List<String> all() throws InterruptedException {
        return texts(Since.Point.ALL);
    }

    private static Throwable failureOf(CompletableFuture<PublishResult> future) {
        return future.handle((_, failure) -> failure).join();
    }

    @Test
    @DisplayName("H-241 a message of an older epoch is rejected in the order of the stream, counted, and no gap: no hub"
            + " delivers it; elections that this hub knows do not matter")
    void fencesInStreamOrder() throws Exception {
        Optional<Epoch> older = Optional.of(new Epoch("c", 1));
        Optional<Epoch> newer = Optional.of(new Epoch("c", 2));
        fence.observe(new Epoch("c", 3));
        read(message("older, before", older, Optional.empty()));
        read(message("newer", newer, Optional.empty()));
        read(message("older, after", older, Optional.empty()));
        read(message("none", Optional.empty(), Optional.empty()));
        assertThat(all()).containsExactly("older, before", "newer", "none");
        assertThat(replication.fenced()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "H-242 a publish under a lease fails with LeaseExpiredException if the message follows one of a later epoch,"
                    + " and is then delivered nowhere")
    void leasedPublish_behindLaterEpoch() throws Exception {
        try (TestTree<Cluster> cluster = TestTree.start(new Cluster())) {
            Lease lease = cluster.root().awaitLeadership();
            CompletableFuture<PublishResult> result = publish("late", lease);
            Epoch later = new Epoch(lease.epoch().cluster(), lease.epoch().number() + 1);
            read(message("of the next leader", Optional.of(later), Optional.empty()));
            read(broker.messages.getFirst());
            assertThat(failureOf(result))
                    .isInstanceOf(LeaseExpiredException.class)
                    .hasMessageContaining("later epoch");

            // And the next one is not appended
            assertThat(failureOf(publish("later", lease))).isInstanceOf(LeaseExpiredException.class);
            assertThat(broker.messages).hasSize(1);
            assertThat(all()).containsExactly("of the next leader");
        }
    }

    @Test
    @DisplayName(
            "H-242 a publish under a lease that expires before the message is read has an unknown outcome; an expired"
                    + " lease appends nothing")
    void leasedPublish_expires() throws Exception {
        Lease lease;
        CompletableFuture<PublishResult> valid;
        CompletableFuture<PublishResult> expired;
        try (TestTree<Cluster> cluster = TestTree.start(new Cluster())) {
            lease = cluster.root().awaitLeadership();
            valid = publish("in time", lease);
            read(broker.messages.get(0));
            expired = publish("expired meanwhile", lease);
        }
        read(broker.messages.get(1));
        assertThat(valid.join().receivers()).isZero();
        assertThat(failureOf(expired))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining("has been published")
                .hasMessageContaining("expired");
        assertThat(failureOf(publish("too late", lease))).isInstanceOf(LeaseExpiredException.class);
        assertThat(broker.messages).hasSize(2);
        assertThat(all()).containsExactly("in time", "expired meanwhile");
    }

    @Test
    @DisplayName(
            "H-243 a publish is complete when the message has been read, in whichever order it is confirmed and read")
    void completesWhenRead() throws Exception {
        CompletableFuture<PublishResult> readFirst = publish("1", Optional.empty());
        CompletableFuture<PublishResult> confirmedFirst = publish("2", Optional.empty());
        read(broker.messages.get(0));
        broker.futures.get(0).complete(new BrokerPosition(STREAM, 1));
        broker.futures.get(1).complete(new BrokerPosition(STREAM, 2));
        assertThat(readFirst.state()).isEqualTo(State.SUCCESS);
        assertThat(confirmedFirst.state()).isEqualTo(State.RUNNING);
        read(broker.messages.get(1));
        assertThat(confirmedFirst.join().id()).isNotEqualTo(readFirst.join().id());
        assertThat(counters.published()).isEqualTo(2);
        assertThat(all()).containsExactly("1", "2");
    }

    @Test
    @DisplayName("H-243 a message that is stored, but lost to this hub, is published: its id is its position")
    void storedButNotRead() {
        CompletableFuture<PublishResult> before = publish("1", Optional.empty());
        CompletableFuture<PublishResult> after = publish("2", Optional.empty());
        broker.futures.get(0).complete(new BrokerPosition(STREAM, 1));
        replication.lost(new SequenceRange(STREAM, 1, 2));
        broker.futures.get(1).complete(new BrokerPosition(STREAM, 2));
        assertThat(before.join().receivers()).isZero();
        assertThat(MessageId.parse(after.join().id()).positions())
                .containsExactly(new MessageId.Position(OriginId.of(STREAM.name()), STREAM.incarnation(), 2));
    }

    @Test
    @DisplayName(
            "H-243 if the broker has discarded a repetition, the repetition gets the result of the first message, whether"
                    + " that has been read or not")
    void repetitionThatTheBrokerDiscards() throws Exception {
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey("k", "digest", 1));
        BrokerMessage first = message("1", Optional.empty(), key);
        CompletableFuture<PublishResult> confirmedBefore = publish("1", key);
        broker.futures.get(0).complete(new BrokerPosition(STREAM, 1));
        CompletableFuture<PublishResult> confirmedAfter = publish("1", key);
        read(first);
        broker.futures.get(1).complete(new BrokerPosition(STREAM, 1));
        assertThat(confirmedAfter.join()).isEqualTo(confirmedBefore.join());
        assertThat(confirmedBefore.join().peers()).isEqualTo(2);

        // and one that the broker has stored is not delivered
        CompletableFuture<PublishResult> stored = publish("1", key);
        read(broker.messages.get(2));
        assertThat(stored.join()).isEqualTo(confirmedBefore.join());
        assertThat(all()).containsExactly("1");
    }

    @Test
    @DisplayName(
            "H-352 a message with a key that is read after its publish has ended is delivered: it is not taken for a"
                    + " repetition of itself")
    void keyedMessage_isReadLate() throws Exception {
        // Given: stored, but not read in time; the HTTP front keeps the result with the key
        IdempotencyKey key = new IdempotencyKey("k", "digest", 1);
        IdempotencyCache.Lookup.New first = (IdempotencyCache.Lookup.New) idempotencyCache.begin(key);
        CompletableFuture<PublishResult> late = publish("1", Optional.of(key));
        broker.futures.get(0).complete(new BrokerPosition(STREAM, 1));
        clock.advance(Duration.ofSeconds(5));
        replication.expire();
        idempotencyCache.complete(first.registration(), late.join());

        // When
        read(broker.messages.get(0));
        read(message("1", Optional.empty(), Optional.of(key))); // a repetition at another hub

        // Then
        assertThat(all()).containsExactly("1");
    }

    @Test
    @DisplayName("H-240 a publish ends when the timeout has passed, when the broker fails, and when the hub stops")
    void endsWithoutConfirmation() {
        CompletableFuture<PublishResult> slow = publish("1", Optional.empty());
        CompletableFuture<PublishResult> confirmed = publish("2", Optional.empty());
        broker.futures.get(1).complete(new BrokerPosition(STREAM, 2));
        clock.advance(Duration.ofMillis(4_999));
        replication.expire();
        assertThat(slow.state()).isEqualTo(State.RUNNING);
        clock.advance(Duration.ofMillis(1));
        replication.expire();
        assertThat(failureOf(slow)).isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("5000 ms");
        assertThat(confirmed.join().channel()).isEqualTo("/x");

        CompletableFuture<PublishResult> failed = publish("3", Optional.empty());
        broker.futures.get(2).completeExceptionally(new IllegalStateException("bug"));
        assertThat(failureOf(failed))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining("bug");

        CompletableFuture<PublishResult> stopped = publish("4", Optional.empty());
        replication.close();
        assertThat(failureOf(stopped)).isInstanceOf(UnknownOutcomeException.class);
        assertThat(failureOf(publish("5", Optional.empty()))).isInstanceOf(HubRejectedException.class);
    }

    @Test
    @DisplayName("H-240 the messages that wait for the broker are limited in number and size")
    void limitsWaitingMessages() {
        CompletableFuture<PublishResult> first = publish("x".repeat(900), Optional.empty());
        assertThat(failureOf(publish("x".repeat(200), Optional.empty())))
                .isInstanceOf(HubRejectedException.class)
                .hasMessageContaining("waiting for the broker");
        broker.futures
                .getFirst()
                .completeExceptionally(new BrokerException(BrokerException.Reason.UNAVAILABLE, "away"));
        assertThat(first.state()).isEqualTo(State.FAILED);
        assertThat(publish("x".repeat(200), Optional.empty()).state()).isEqualTo(State.RUNNING);
    }

    @Test
    @DisplayName(
            "H-235 the history of several streams is stored in the order of time, with its age, before the hub is ready")
    void historyOfSeveralStreams() throws Exception {
        // Given
        replication.close();
        broker.streams = List.of(new BrokerStream(STREAM, 3, 5), new BrokerStream(SECOND, 1, 2));
        replication.open(broker, SELF, () -> {});
        long now = clock.now().toEpochMilli();
        BrokerMessage[] messages = new BrokerMessage[6];
        for (int i = 1; i <= 5; i++) {
            messages[i] = message(Integer.toString(i), Optional.empty(), Optional.empty());
        }

        // When
        replication.lost(new SequenceRange(STREAM, 1, 2));
        replication.received(new BrokerPosition(STREAM, 3), now - 50_000, messages[1]);
        replication.received(new BrokerPosition(STREAM, 4), now - 30_000, messages[3]);
        replication.received(new BrokerPosition(STREAM, 5), now - 10_000, messages[5]);
        replication.received(new BrokerPosition(SECOND, 1), now - 40_000, messages[2]);
        assertThat(replication.isLoaded()).isFalse();
        assertThat(replication.progress()).isEqualTo("more-events#1000 up to position 1 of 2");
        replication.received(new BrokerPosition(SECOND, 2), now - 20_000, messages[4]);
        assertThat(replication.isLoaded()).isTrue();
        replication.start();

        // Then
        last = 5;
        assertThat(broker.reads).contains(new ReadStart.Tail(Duration.ofMinutes(10), 500_000));
        assertThat(all()).containsExactly("gap", "1", "2", "3", "4", "5");
        assertThat(texts(new Since.Ago(Duration.ofSeconds(35))))
                .containsSubsequence("3", "4", "5")
                .doesNotContain("2");
        clock.advance(Duration.ofSeconds(560)); // the oldest is now older than history.age
        store.evict();
        assertThat(all()).startsWith("gap", "2").doesNotContain("1");
    }

    @Test
    @DisplayName("H-235 streams without a number of their own in message ids fail the start")
    void rejectsStreams() {
        replication.close();
        broker.streams = List.of();
        assertThatThrownBy(() -> replication.open(broker, SELF, () -> {})).hasMessageContaining("1 to 8");
        broker.streams = List.of(new BrokerStream(STREAM, 1, 0), new BrokerStream(STREAM, 1, 0));
        assertThatThrownBy(() -> replication.open(broker, SELF, () -> {})).hasMessageContaining("other names");
    }

    @Test
    @DisplayName("H-239 a position that the broker leaves out is a gap, and one that it repeats is ignored")
    void toleratesWrongPositions() throws Exception {
        read(message("1", Optional.empty(), Optional.empty()));
        String id = publishAndRead();
        last += 3;
        read(message("after a hole", Optional.empty(), Optional.empty()));
        last--;
        read(message("again", Optional.empty(), Optional.empty()));
        assertThat(texts(new Since.After(id))).containsExactly("gap", "after a hole");
    }

    private String publishAndRead() {
        CompletableFuture<PublishResult> result = publish("own", Optional.empty());
        read(broker.messages.getLast());
        return result.join().id();
    }
}
