package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.replication.broker.StreamFence.Decision;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamFenceTest {
    private static final NodeIncarnation STREAM = new NodeIncarnation("events", 1_000);
    private static final NodeIncarnation SENDER = new NodeIncarnation("10.0.0.1:4440", 5);

    /** A message with an epoch, whose sender had read the stream up to a position. */
    private static BrokerMessage message(long epoch, long read) {
        return message(Optional.of(new Epoch("c", epoch))).withRead(Map.of(STREAM, read));
    }

    private static BrokerMessage message(Optional<Epoch> epoch) {
        return new BrokerMessage(SENDER, 1, "/x", false, new byte[0], 1, epoch, Optional.empty(), 0);
    }

    private static StreamEvent received(long position, BrokerMessage message) {
        return new StreamEvent.Received(new BrokerPosition(STREAM, position), position, message);
    }

    private static StreamEvent lost(long from, long to) {
        return new StreamEvent.Lost(new SequenceRange(STREAM, from, to), true);
    }

    /** Decides about events as a hub does; a position that is lost has no decision. */
    private static List<Decision> decide(StreamFence fence, List<StreamEvent> events) {
        List<Decision> decisions = new ArrayList<>();
        for (StreamEvent event : events) {
            if (event instanceof StreamEvent.Received received) {
                decisions.add(fence.decide(received.message(), STREAM));
            } else {
                fence.unreadUntil(event.through());
            }
        }
        return decisions;
    }

    @Test
    @DisplayName(
            "K-63 a hub that has not read a later epoch does not admit a message that other hubs reject because of it")
    void doesNotAdmit_whatOthersReject() {
        // Given a message of epoch 4 that is stored after one of epoch 5
        List<StreamEvent> all =
                List.of(received(1, message(4, 0)), received(2, message(5, 1)), received(3, message(4, 1)));

        // When one hub has read everything, and another one starts after the message of epoch 5
        List<Decision> complete = decide(new StreamFence(), all);
        List<Decision> late = decide(new StreamFence(), List.of(lost(1, 2), all.getLast()));

        // Then
        assertThat(complete).containsExactly(Decision.ADMIT, Decision.ADMIT, Decision.REJECT);
        assertThat(late).containsExactly(Decision.UNKNOWN);
    }

    @Test
    @DisplayName(
            "K-63 a hub that starts late admits messages whose sender had read what this hub has not, and those that"
                    + " were on their way before, if a later one of the history shows it")
    void admits_whatLaterMessagesProve() {
        List<StreamEvent> history = List.of(
                lost(1, 10), received(11, message(4, 9)), received(12, message(4, 8)), received(13, message(4, 10)));
        StreamFence withHistory = new StreamFence();
        withHistory.readAhead(history, 0);

        assertThat(decide(withHistory, history)).containsOnly(Decision.ADMIT);
        assertThat(decide(new StreamFence(), history))
                .containsExactly(Decision.UNKNOWN, Decision.UNKNOWN, Decision.ADMIT);
        assertThat(decide(new StreamFence(), List.of(history.get(0), history.get(3), history.get(2))))
                .as("nothing is unknown any more once a message shows it")
                .containsOnly(Decision.ADMIT);
    }

    @Test
    @DisplayName("K-63 a message from before a stream was created again is decided alike by all hubs")
    void streamIsCreatedAgain() {
        NodeIncarnation next = new NodeIncarnation(STREAM.name(), STREAM.incarnation() + 1);
        StreamFence before = new StreamFence();
        before.decide(message(5, 0), STREAM);
        before.restart();
        assertThat(before.decide(message(5, 1), next)).isEqualTo(Decision.UNKNOWN);
        assertThat(new StreamFence().decide(message(5, 1), next)).isEqualTo(Decision.UNKNOWN);
    }

    @Test
    @DisplayName(
            "K-63 what the history of a stream shows does not count for messages of the stream that is created next")
    void streamIsCreatedAgain_afterHistory() {
        // Given
        NodeIncarnation next = new NodeIncarnation(STREAM.name(), STREAM.incarnation() + 1);
        StreamFence withHistory = new StreamFence();
        List<StreamEvent> history = List.of(received(1, message(3, 0)));
        withHistory.readAhead(history, 0);
        assertThat(decide(withHistory, history)).containsExactly(Decision.ADMIT);

        // When
        withHistory.restart();

        // Then
        assertThat(withHistory.decide(message(4, 1), next)).isEqualTo(Decision.UNKNOWN);
        assertThat(new StreamFence().decide(message(4, 1), next)).isEqualTo(Decision.UNKNOWN);
    }

    @Test
    @DisplayName(
            "K-63 in random schedules of leaders, delayed messages and hubs that start late, no hub decides otherwise than"
                    + " one that has read everything, and what cannot be decided is only what was sent before")
    void randomSchedules() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        EnumMap<Decision, Integer> count = new EnumMap<>(Decision.class);
        for (int round = 0; round < 2_000; round++) {
            List<StreamEvent> stream = stream(random);
            List<Decision> complete = decide(new StreamFence(), stream);
            int start = random.nextInt(stream.size());
            int ready = random.nextInt(start, stream.size());
            List<StreamEvent> history = new ArrayList<>(List.of(lost(1, start + 1)));
            history.addAll(stream.subList(start + 1, ready + 1));
            StreamFence late = new StreamFence();
            late.readAhead(history, 0);
            List<Decision> decisions = decide(late, history);
            decisions.addAll(decide(late, stream.subList(ready + 1, stream.size())));

            for (int i = 0; i < decisions.size(); i++) {
                Decision mine = decisions.get(i);
                count.merge(mine, 1, Integer::sum);
                BrokerMessage message = ((StreamEvent.Received) stream.get(start + 1 + i)).message();
                if (mine == Decision.UNKNOWN) {
                    assertThat(message.read().get(STREAM))
                            .as("seed %s, round %s", seed, round)
                            .isLessThan(start + 1L);
                } else {
                    assertThat(mine)
                            .as("seed %s, round %s, position %s", seed, round, start + 2 + i)
                            .isEqualTo(complete.get(start + 1 + i));
                }
            }
        }
        assertThat(count).containsOnlyKeys(Decision.values());
    }

    /** A leader after another: each captures what it has read while it leads, and some messages arrive much later. */
    private static List<StreamEvent> stream(SplittableRandom random) {
        List<StreamEvent> stream = new ArrayList<>();
        List<BrokerMessage> onTheWay = new ArrayList<>();
        long epoch = 1;
        while (stream.size() < 40) {
            switch (random.nextInt(10)) {
                case 0 -> epoch++;
                case 1 -> stream.add(received(stream.size() + 1, message(Optional.empty())));
                case 2, 3, 4, 5 -> onTheWay.add(message(epoch, Math.max(0, stream.size() - random.nextInt(3))));
                default -> {
                    if (!onTheWay.isEmpty()) {
                        int next = random.nextInt(4) == 0 ? random.nextInt(onTheWay.size()) : 0;
                        stream.add(received(stream.size() + 1, onTheWay.remove(next)));
                    }
                }
            }
        }
        return stream;
    }
}
