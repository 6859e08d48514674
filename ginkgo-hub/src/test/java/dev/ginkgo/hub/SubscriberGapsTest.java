package dev.ginkgo.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
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

/** What a connection is told when much is lost in a row. */
class SubscriberGapsTest {
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 3);
    private static final int MANY = 300;
    private static final String BIG = "x".repeat(8 * 1024); // so that they are fetched in several answers

    private static final Pattern EVENTS = Pattern.compile("event: gap|\"gap\"|next one|last one");

    /** A node whose messages of epoch 8 are kept out, as there has been epoch 9. */
    private static final class Fenced {
        private final StoreReplicationSink storeReplicationSink;
        private long sequence;

        Fenced(MessageHub hub) {
            storeReplicationSink = new StoreReplicationSink((Store) hub.publisher(), TimeSource.system());
            say("/elsewhere", 9);
        }

        private void say(String channel, long epoch) {
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

        void keptOut(String channel) {
            say(channel, 8);
        }
    }

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    @DisplayName(
            "H-16 K-05 in each form hundreds that are kept out in a row are one event gap, written once, also beside"
                    + " who came in between")
    void once(WireFormat wireFormat) throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "http.heartbeat = '10m'")) {
            Fenced other = new Fenced(directStreamHub.hub);
            ChunkedStreamClient first = directStreamHub.connect("/n", wireFormat);
            directStreamHub.statsWhenIdle();
            long writes = directStreamHub.stats().writes();
            for (int i = 0; i < MANY; i++) {
                other.keptOut("/n");
                directStreamHub.statsWhenIdle();
            }
            assertThat(directStreamHub.stats().writes() - writes).isEqualTo(1);
            ChunkedStreamClient second = directStreamHub.connect("/n", wireFormat);
            directStreamHub.statsWhenIdle();
            for (int i = 0; i < MANY; i++) {
                other.keptOut("/n");
                directStreamHub.statsWhenIdle();
            }
            assertThat(directStreamHub.stats().gaps()).isEqualTo(2);
            directStreamHub.hub.publish("/n", "next one");
            other.keptOut("/n");
            directStreamHub.hub.publish("/n", "last one");

            for (ChunkedStreamClient chunkedStreamClient : List.of(first, second)) {
                List<String> told = EVENTS.matcher(chunkedStreamClient.readRawTo("last one"))
                        .results()
                        .map(found -> found.group().replaceAll(".*gap.*", "gap"))
                        .toList();
                assertThat(told).containsExactly("gap", "next one", "gap", "last one");
            }
            assertThat(directStreamHub.stats().gaps()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("H-16 who comes back, with conflation, and is given one of two, is told what is lost after the other")
    void conflatedAfterReturn() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            Duration period = Duration.ofNanos(1);
            directStreamHub.connect(
                    new SubscribeRequest(ChannelSelector.of("/*"), Since.Point.NONE, period, List.of()),
                    WireFormat.NDJSON,
                    0);
            // Given one that he has not had, then one that he has, and a loss of which he knows
            MessageId.Position missed = MessageId.parse(
                            directStreamHub.hub.publish("/w", "missed").id())
                    .positions()
                    .getFirst();
            Fenced other = new Fenced(directStreamHub.hub);
            other.keptOut("/x");
            MessageId.Position had =
                    new MessageId.Position(OriginId.of(OTHER.name()), OTHER.incarnation(), other.sequence);
            Since since =
                    new Since.After(MessageId.of(missed.before(), List.of(had)).text());

            ChunkedStreamClient reader = directStreamHub.connect(
                    new SubscribeRequest(ChannelSelector.of("/*"), since, period, List.of()), WireFormat.NDJSON, 0);
            assertThat(reader.nextText()).contains("\"recovered\":true");
            assertThat(reader.nextText()).contains("missed");
            directStreamHub.statsWhenIdle();

            // When
            other.keptOut("/x");

            // Then
            assertThat(reader.nextText()).contains("\"event\":\"gap\"");
        }
    }

    @Test
    @DisplayName(
            "H-16 by polls each is told what was lost since the place that it names, and nothing if that was nothing")
    void polls() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            Fenced other = new Fenced(testHub.hub());
            testHub.post("/n", "one");
            String since = "all";
            List<String> told = new ArrayList<>();
            for (int lost : List.of(MANY, 0, MANY, 0)) {
                for (int i = 0; i < lost; i++) {
                    other.keptOut("/n");
                }
                var answer = testHub.get("/n?poll=1&wait=0s&since=" + since, "Accept", "text/event-stream");
                since = answer.headers().firstValue("Last-Event-ID").orElseThrow();
                told.add(answer.body().replaceAll("(?m)^(id:.*|)\n", "").replace("\n", " "));
            }
            String incomplete = "event: start data: {\"recovered\":false} ";
            String end = "event: next data: {} ";
            assertThat(told)
                    .containsExactly(
                            incomplete + "data: one " + end,
                            incomplete + end,
                            incomplete + end,
                            "event: start data: {\"recovered\":true} " + end);
        }
    }

    @Test
    @DisplayName(
            "H-16 K-05 at a node that comes back after a change of leaders, what the last one had published under its"
                    + " lease meanwhile is one gap to a browser, and none to who comes back to it")
    void overHttp() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            HubCluster.TestNode cut = nodes.get(1);
            HubCluster.TestNode third = nodes.get(2);
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease lease = nodes.get(0).cluster.lease().orElseThrow();
            try (EventSourceClient reader =
                            new EventSourceClient(() -> cut.hub.address().port(), "/n?since=all");
                    EventSourceClient later =
                            new EventSourceClient(() -> cut.hub.address().port(), "/n?since=all");
                    Subscription there = third.hub.subscribe("/n")) {
                // Given one node that hears nobody, while the leader publishes, and then stops
                reader.connect();
                assertThat(reader.next().name()).isEqualTo("start");
                nodes.get(0).hub.publish("/n", "before", lease);
                assertThat(reader.next().data()).isEqualTo("before");
                assertThat(there.take().text()).isEqualTo("before");
                nodes.isolate(1, true);
                await().atMost(HubCluster.TIMEOUT)
                        .until(() -> !cut.hub.awaitPeers(Duration.ZERO)
                                && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
                for (int i = 0; i < MANY; i++) {
                    nodes.get(0).hub.publish("/n", BIG + i, lease);
                }
                for (int i = 0; i < MANY; i++) {
                    assertThat(there.take().text()).isEqualTo(BIG + i);
                }
                nodes.stop(0);
                await().atMost(HubCluster.TIMEOUT).until(cut.cluster::isLeader);

                // When it hears the third again, and keeps out what that had of the last leader
                nodes.isolate(0, false);
                await().atMost(HubCluster.TIMEOUT).until(() -> ofFirst(nodes, cut) == MANY + 1);
                assertThat(cut.hub.metrics().peers().fenced()).isPositive();
                cut.hub.publish("/n", "after");

                // Then
                EventSourceClient.Event gap = reader.next();
                assertThat(gap).isEqualTo(new EventSourceClient.Event("gap", "{}"));
                assertThat(reader.next()).isEqualTo(new EventSourceClient.Event("message", "after"));
                assertThat(cut.hub.stats().gaps()).isEqualTo(1);
                reader.connect();
                assertThat(reader.next()).isEqualTo(new EventSourceClient.Event("start", "{\"recovered\":true}"));
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

    /** How much of what the first node has published has come there, or is known to be lost. */
    private static long ofFirst(HubCluster nodes, HubCluster.TestNode testNode) throws Exception {
        String here = nodes.get(testNode, "/n?poll=1&wait=0s", "Accept", "*/*")
                .headers()
                .firstValue("Last-Event-ID")
                .orElseThrow();
        MessageId.Position first = MessageId.parse(here).position(OriginId.of("127.0.0.1:1"));
        return first == null ? 0 : first.sequence();
    }
}
