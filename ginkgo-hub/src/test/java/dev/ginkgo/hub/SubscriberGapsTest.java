package dev.ginkgo.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Origin;
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
class LossesAtReadersTest {
    private static final Origin OTHER = new Origin("10.0.0.2:4440", 3);
    private static final int MANY = 300;
    private static final String BIG = "x".repeat(8 * 1024); // so that they are fetched in several answers

    private static final Pattern EVENTS = Pattern.compile("event: gap|\"gap\"|next one|last one");

    /** A node whose messages of epoch 8 are kept out, as there has been epoch 9. */
    private static final class Fenced {
        private final Relay relay;
        private long sequence;

        Fenced(MessageHub hub) {
            relay = new Relay((Store) hub.publisher(), Time.system());
            say("/elsewhere", 9);
        }

        private void say(String channel, long epoch) {
            sequence++;
            relay.relay(new Envelope(
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
    @EnumSource(Framing.class)
    @DisplayName(
            "H-16 K-05 in each form hundreds that are kept out in a row are one event gap, written once, also beside"
                    + " who came in between")
    void once(Framing framing) throws Exception {
        try (Hubs hubs = new Hubs(1, "http.heartbeat = '10m'")) {
            Fenced other = new Fenced(hubs.hub);
            Peer first = hubs.connect("/n", framing);
            hubs.settled();
            long writes = hubs.stats().writes();
            for (int i = 0; i < MANY; i++) {
                other.keptOut("/n");
                hubs.settled();
            }
            assertThat(hubs.stats().writes() - writes).isEqualTo(1);
            Peer second = hubs.connect("/n", framing);
            hubs.settled();
            for (int i = 0; i < MANY; i++) {
                other.keptOut("/n");
                hubs.settled();
            }
            assertThat(hubs.stats().gaps()).isEqualTo(2);
            hubs.hub.publish("/n", "next one");
            other.keptOut("/n");
            hubs.hub.publish("/n", "last one");

            for (Peer peer : List.of(first, second)) {
                List<String> told = EVENTS.matcher(peer.rawTo("last one"))
                        .results()
                        .map(found -> found.group().replaceAll(".*gap.*", "gap"))
                        .toList();
                assertThat(told).containsExactly("gap", "next one", "gap", "last one");
            }
            assertThat(hubs.stats().gaps()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("H-16 who comes back, with conflation, and is given one of two, is told what is lost after the other")
    void conflatedAfterReturn() throws Exception {
        try (Hubs hubs = new Hubs(1, "")) {
            Duration period = Duration.ofNanos(1);
            hubs.connect(new Wish(Selector.of("/*"), Since.Point.NONE, period, List.of()), Framing.NDJSON, 0);
            // Given one that he has not had, then one that he has, and a loss of which he knows
            MessageId.Position missed = MessageId.parse(
                            hubs.hub.publish("/w", "missed").id())
                    .positions()
                    .getFirst();
            Fenced other = new Fenced(hubs.hub);
            other.keptOut("/x");
            MessageId.Position had =
                    new MessageId.Position(OriginNumber.of(OTHER.name()), OTHER.incarnation(), other.sequence);
            Since since =
                    new Since.After(MessageId.of(missed.before(), List.of(had)).text());

            Peer reader = hubs.connect(new Wish(Selector.of("/*"), since, period, List.of()), Framing.NDJSON, 0);
            assertThat(reader.text()).contains("\"recovered\":true");
            assertThat(reader.text()).contains("missed");
            hubs.settled();

            // When
            other.keptOut("/x");

            // Then
            assertThat(reader.text()).contains("\"event\":\"gap\"");
        }
    }

    @Test
    @DisplayName(
            "H-16 by polls each is told what was lost since the place that it names, and nothing if that was nothing")
    void polls() throws Exception {
        try (Front front = Front.start()) {
            Fenced other = new Fenced(front.hub());
            front.post("/n", "one");
            String since = "all";
            List<String> told = new ArrayList<>();
            for (int lost : List.of(MANY, 0, MANY, 0)) {
                for (int i = 0; i < lost; i++) {
                    other.keptOut("/n");
                }
                var answer = front.get("/n?poll=1&wait=0s&since=" + since, "Accept", "text/event-stream");
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
        try (HubNodes nodes = HubNodes.of(3)) {
            HubNodes.Node cut = nodes.get(1);
            HubNodes.Node third = nodes.get(2);
            await().atMost(HubNodes.SOON).until(nodes.get(0).cluster::isLeader);
            Lease lease = nodes.get(0).cluster.lease().orElseThrow();
            try (Sse reader = new Sse(() -> cut.hub.address().port(), "/n?since=all");
                    Sse later = new Sse(() -> cut.hub.address().port(), "/n?since=all");
                    Subscription there = third.hub.subscribe("/n")) {
                // Given one node that hears nobody, while the leader publishes, and then stops
                reader.connect();
                assertThat(reader.next().name()).isEqualTo("start");
                nodes.get(0).hub.publish("/n", "before", lease);
                assertThat(reader.next().data()).isEqualTo("before");
                assertThat(there.take().text()).isEqualTo("before");
                nodes.isolate(1, true);
                await().atMost(HubNodes.SOON)
                        .until(() -> !cut.hub.awaitPeers(Duration.ZERO)
                                && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
                for (int i = 0; i < MANY; i++) {
                    nodes.get(0).hub.publish("/n", BIG + i, lease);
                }
                for (int i = 0; i < MANY; i++) {
                    assertThat(there.take().text()).isEqualTo(BIG + i);
                }
                nodes.stop(0);
                await().atMost(HubNodes.SOON).until(cut.cluster::isLeader);

                // When it hears the third again, and keeps out what that had of the last leader
                nodes.isolate(0, false);
                await().atMost(HubNodes.SOON).until(() -> ofFirst(nodes, cut) == MANY + 1);
                assertThat(cut.hub.readings().peers().fenced()).isPositive();
                cut.hub.publish("/n", "after");

                // Then
                Sse.Event gap = reader.next();
                assertThat(gap).isEqualTo(new Sse.Event("gap", "{}"));
                assertThat(reader.next()).isEqualTo(new Sse.Event("message", "after"));
                assertThat(cut.hub.stats().gaps()).isEqualTo(1);
                reader.connect();
                assertThat(reader.next()).isEqualTo(new Sse.Event("start", "{\"recovered\":true}"));
                later.connect();
                for (Sse.Event event : List.of(
                        new Sse.Event("start", "{\"recovered\":false}"),
                        new Sse.Event("message", "before"),
                        gap,
                        new Sse.Event("message", "after"))) {
                    assertThat(later.next()).isEqualTo(event);
                }
            }
        }
    }

    /** How much of what the first node has published has come there, or is known to be lost. */
    private static long ofFirst(HubNodes nodes, HubNodes.Node node) throws Exception {
        String here = nodes.get(node, "/n?poll=1&wait=0s", "Accept", "*/*")
                .headers()
                .firstValue("Last-Event-ID")
                .orElseThrow();
        MessageId.Position first = MessageId.parse(here).position(OriginNumber.of("127.0.0.1:1"));
        return first == null ? 0 : first.sequence();
    }
}
