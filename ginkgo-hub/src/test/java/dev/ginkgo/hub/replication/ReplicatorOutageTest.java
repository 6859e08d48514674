package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a replicator repairs an outage: long missing ranges, which peers return in many responses. */
class ReplicatorOutageTest extends ReplicatorTestCase {
    private static final int MESSAGES = 50_000;

    /** Maximum number of requests that a replicator sends before it has received a response. */
    private static final int MAX_REQUESTS = 8;

    /** Answers all requests sent so far, each with at most {@code max} messages. */
    private void answerRequests(NodeIncarnation peer, long max) {
        List<String> sent = new ArrayList<>(requests);
        requests.clear();
        for (String request : sent) { // such as "a: a 2..513"
            int dots = request.indexOf("..");
            long from = Long.parseLong(request.substring(request.lastIndexOf(' ') + 1, dots));
            long to = Long.parseLong(request.substring(dots + 2));
            long through = Math.min(to, from + max - 1);
            respond(
                    peer,
                    new SequenceRange(A, from, to),
                    through,
                    LongStream.rangeClosed(from, through).toArray());
        }
    }

    private static List<String> received(long last) {
        return LongStream.rangeClosed(1, last).mapToObj(n -> "a" + n).toList();
    }

    @Test
    @DisplayName("K-25 an outage of 50,000 messages is repaired over several requests at a time; while responses"
            + " arrive, no message is declared lost, however long it takes")
    void repairsOutage_whileResponsesArrive() {
        // Given
        connect(A);
        receive(A, 1);

        // When the peer answers each round of requests after 100 ms, with at most 64 messages per response
        replicator.heartbeat(A, MESSAGES, Map.of());
        int rounds = 0;
        while (!requests.isEmpty()) {
            assertThat(requests).hasSizeLessThanOrEqualTo(MAX_REQUESTS);
            advance(100);
            answerRequests(A, 64);
            rounds++;
        }

        // Then
        assertThat(events).isEqualTo(received(MESSAGES));
        assertThat(rounds).isBetween(60, MESSAGES / 64 / MAX_REQUESTS + 10);
    }

    @Test
    @DisplayName("K-25 a range that the ready peers do not have waits up to 5 s for a member that is reconnecting")
    void waitsForMemberThatReconnects() {
        // Given a node that receives from its peers again, before it can send to the origin
        replicator.expect(Set.of(A, B));
        connect(A, B);
        receive(A, 1);
        replicator.readyPeersChanged(Set.of(B));
        replicator.heartbeat(A, 3, Map.of());
        respond(B, new SequenceRange(A, 2, 3), 3);
        advance(4_000);
        assertThat(events).containsExactly("a1");

        // When
        replicator.readyPeersChanged(Set.of(A, B));
        advance(150);
        respond(A, new SequenceRange(A, 2, 3), 3, 2, 3);

        // Then
        assertThat(events).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("K-25 when the limit for held messages is reached, the latest are dropped and requested afterwards")
    void dropsLatestHeldMessages_andRequestsThemLater() {
        // Given more live messages than the limit of 16 MiB, behind one that is missing
        connect(A);
        receive(A, 1);
        for (long n = 3; n <= 42; n++) {
            replicator.received(large(n));
        }
        assertThat(events).containsExactly("a1");
        assertThat(requests).containsExactly("a: a 2..2");

        // When
        respond(A, new SequenceRange(A, 2, 2), 2, 2);

        // Then
        assertThat(events).isEqualTo(received(33));
        assertThat(requests).endsWith("a: a 34..42");
        SequenceRange rest = new SequenceRange(A, 34, 42);
        replicator.rangeReceived(
                A,
                new RangeResponse(
                        rest,
                        LongStream.rangeClosed(34, 42)
                                .mapToObj(ReplicatorOutageTest::large)
                                .toList(),
                        42));
        assertThat(events).isEqualTo(received(42));
    }

    @Test
    @DisplayName("K-25 messages of other origins are delivered during a repair")
    void deliversOtherOrigins_duringRepair() {
        connect(A, B);
        replicator.heartbeat(A, MESSAGES, Map.of());
        receive(B, 1);
        assertThat(events).containsExactly("b1");
        answerRequests(A, 1);
        receive(B, 2);
        assertThat(events).containsExactly("b1", "a1", "b2");
    }

    private static Envelope large(long sequence) {
        return new Envelope(A, sequence, sequence - 1, "/n", false, new byte[512 * 1024], 0, Optional.empty());
    }
}
