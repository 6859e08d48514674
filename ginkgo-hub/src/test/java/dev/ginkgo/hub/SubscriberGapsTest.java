package dev.ginkgo.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.replication.StoreReplicationSink;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.EventSourceClient;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gap events of subscriptions when many messages are lost in a row. */
class SubscriberGapsTest {
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 3);
    private static final int MANY = 300;
    private static final String BIG = "x".repeat(8 * 1024); // so that they are fetched in several range responses

    private static final Pattern EVENTS = Pattern.compile("event: gap|\"gap\"|next one|last one");

    /** A node whose messages of epoch 8 are rejected, because it has already published under epoch 9. */
    private static final class FencedNode {
        private final StoreReplicationSink storeReplicationSink;
        private long sequence;

        FencedNode(MessageHub hub) {
            storeReplicationSink = new StoreReplicationSink(
                    (Store) hub.publisher(), new IdempotencyCache(TimeSource.system()), TimeSource.system());
            receive("/elsewhere", 9);
        }

        private void receive(String channel, long epoch) {
            sequence++;
            storeReplicationSink.relay(new Envelope(
                    OTHER,
                    sequence,
                    sequence - 1,
                    channel,
                    false,
                    "late".getBytes(UTF_8),
                    0,
                    Optional.of(new Epoch("raft", epoch))));
        }

        void publishFenced(String channel) {
            receive(channel, 8);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = ".*GZIP.*") // CompressedStreamsTest
    @DisplayName(
            "H-16 K-05 in each wire format hundreds of consecutive fenced messages are one gap event per subscriber,"
                    + " written once")
    void consecutiveFencedMessagesAreOneGapEvent(WireFormat wireFormat) throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "http.heartbeat = '10m'")) {
            FencedNode other = new FencedNode(directStreamHub.hub);
            ChunkedStreamClient first = directStreamHub.connect("/n", wireFormat);
            directStreamHub.statsWhenIdle();
            long writes = directStreamHub.stats().writes();
            for (int i = 0; i < MANY; i++) {
                other.publishFenced("/n");
                directStreamHub.statsWhenIdle();
            }
            assertThat(directStreamHub.stats().writes() - writes).isEqualTo(1);
            ChunkedStreamClient second = directStreamHub.connect("/n", wireFormat);
            directStreamHub.statsWhenIdle();
            for (int i = 0; i < MANY; i++) {
                other.publishFenced("/n");
                directStreamHub.statsWhenIdle();
            }
            assertThat(directStreamHub.stats().gaps()).isEqualTo(2);
            directStreamHub.hub.publish("/n", "next one");
            other.publishFenced("/n");
            directStreamHub.hub.publish("/n", "last one");

            for (ChunkedStreamClient chunkedStreamClient : List.of(first, second)) {
                List<String> received = EVENTS.matcher(chunkedStreamClient.readRawTo("last one"))
                        .results()
                        .map(found -> found.group().replaceAll(".*gap.*", "gap"))
                        .toList();
                assertThat(received).containsExactly("gap", "next one", "gap", "last one");
            }
            assertThat(directStreamHub.stats().gaps()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("H-16 a conflated subscriber that resumes with one of two messages receives a gap for a later loss")
    void conflatedSubscriberReceivesGapAfterResume() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            Duration period = Duration.ofNanos(1);
            directStreamHub.connect(
                    new SubscribeRequest(ChannelSelector.of("/*"), Since.Point.NONE, period, List.of()),
                    WireFormat.NDJSON,
                    0);
            // Given one message that the subscriber has not received, and a loss that its id already covers
            MessageId.Position missed = MessageId.parse(
                            directStreamHub.hub.publish("/w", "missed").id())
                    .positions()
                    .getFirst();
            FencedNode other = new FencedNode(directStreamHub.hub);
            other.publishFenced("/x");
            MessageId.Position had =
                    new MessageId.Position(OriginId.of(OTHER.name()), OTHER.incarnation(), other.sequence);
            Since since =
                    new Since.After(MessageId.of(missed.before(), List.of(had)).text());

            ChunkedStreamClient subscriber = directStreamHub.connect(
                    new SubscribeRequest(ChannelSelector.of("/*"), since, period, List.of()), WireFormat.NDJSON, 0);
            assertThat(subscriber.nextText()).contains("\"recovered\":true");
            assertThat(subscriber.nextText()).contains("missed");
            assertThat(subscriber.nextText()).contains("\"event\":\"next\""); // its id includes the loss
            directStreamHub.statsWhenIdle();

            // When
            other.publishFenced("/x");

            // Then
            assertThat(subscriber.nextText()).contains("\"event\":\"gap\"");
        }
    }

    @Test
    @DisplayName("H-16 each poll reports recovered: false only if a message was lost after its start position")
    void pollReportsLossSinceItsPosition() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            FencedNode other = new FencedNode(testHub.hub());
            testHub.post("/n", "one");
            String since = "all";
            List<String> received = new ArrayList<>();
            for (int lost : List.of(MANY, 0, MANY, 0)) {
                for (int i = 0; i < lost; i++) {
                    other.publishFenced("/n");
                }
                var response = testHub.get("/n?poll=1&wait=0s&since=" + since, "Accept", "text/event-stream");
                since = response.headers().firstValue("Last-Event-ID").orElseThrow();
                received.add(response.body().replaceAll("(?m)^(id:.*|)\n", "").replace("\n", " "));
            }
            String incomplete = "event: start data: {\"recovered\":false} ";
            String end = "event: next data: {} ";
            assertThat(received)
                    .containsExactly(
                            incomplete + "data: one " + end,
                            incomplete + end,
                            incomplete + end,
                            "event: start data: {\"recovered\":true} " + end);
        }
    }

    @Test
    @DisplayName(
            "H-16 K-05 when a partition heals after a leader change, fenced messages of the old leader are one gap over"
                    + " HTTP, and resuming after it reports none")
    void fencedMessagesAreOneGapOverHttp() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            HubCluster.TestNode isolated = nodes.get(1);
            HubCluster.TestNode third = nodes.get(2);
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease lease = nodes.get(0).cluster.lease().orElseThrow();
            try (EventSourceClient subscriber =
                            new EventSourceClient(() -> isolated.hub.address().port(), "/n?since=all");
                    EventSourceClient later =
                            new EventSourceClient(() -> isolated.hub.address().port(), "/n?since=all");
                    Subscription atThird = third.hub.subscribe("/n")) {
                // Given an isolated node, and a leader that publishes and then stops
                subscriber.connect();
                assertThat(subscriber.next().name()).isEqualTo("start");
                nodes.get(0).hub.publish("/n", "before", lease);
                assertThat(subscriber.next().data()).isEqualTo("before");
                assertThat(atThird.take().text()).isEqualTo("before");
                nodes.isolate(1, true);
                await().atMost(HubCluster.TIMEOUT)
                        .until(() -> !isolated.hub.awaitPeers(Duration.ZERO)
                                && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
                for (int i = 0; i < MANY; i++) {
                    nodes.get(0).hub.publish("/n", BIG + i, lease);
                }
                for (int i = 0; i < MANY; i++) {
                    assertThat(atThird.take().text()).isEqualTo(BIG + i);
                }
                nodes.stop(0);
                await().atMost(HubCluster.TIMEOUT).until(isolated.cluster::isLeader);

                // When it is connected to the third node again, and rejects the messages of the old leader
                nodes.isolate(0, false);
                await().atMost(HubCluster.TIMEOUT).until(() -> sequenceOfFirstNode(nodes, isolated) == MANY + 1);
                assertThat(isolated.hub.metrics().peers().fenced()).isPositive();
                isolated.hub.publish("/n", "after");

                // Then
                EventSourceClient.Event gap = subscriber.next();
                assertThat(gap).isEqualTo(new EventSourceClient.Event("gap", "{}"));
                assertThat(subscriber.next()).isEqualTo(new EventSourceClient.Event("message", "after"));
                // Polls of this test that were open when the messages were rejected report the gap, too.
                assertThat(isolated.hub.stats().gaps()).isPositive();
                subscriber.connect();
                assertThat(subscriber.next()).isEqualTo(new EventSourceClient.Event("start", "{\"recovered\":true}"));
                later.connect();
                for (EventSourceClient.Event event : List.of(
                        new EventSourceClient.Event("start", "{\"recovered\":false}"),
                        new EventSourceClient.Event("message", "before"),
                        gap,
                        new EventSourceClient.Event("message", "after"))) {
                    assertThat(later.next()).isEqualTo(event);
                }
            }
        }
    }

    /** Returns the last sequence number of the first node that this node has received or knows to be lost. */
    private static long sequenceOfFirstNode(HubCluster nodes, HubCluster.TestNode testNode) throws Exception {
        String here = nodes.get(testNode, "/n?poll=1&wait=0s", "Accept", "*/*")
                .headers()
                .firstValue("Last-Event-ID")
                .orElseThrow();
        MessageId.Position first = MessageId.parse(here).position(OriginId.of("127.0.0.1:1"));
        return first == null ? 0 : first.sequence();
    }
}
