package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.time.TimeSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two nodes with the same messages of several origins in different order: an id has the same meaning at both. */
class MessageIdsAcrossNodesTest {
    private static final ChannelName CHANNEL = ChannelName.of("/a");

    private static Store node(long count) {
        return new Store(
                new StoreLimits(
                        () -> Size.ofMebibytes(1),
                        () -> (int) count,
                        () -> Duration.ZERO,
                        () -> Duration.ofMinutes(10),
                        () -> 100,
                        () -> 100),
                TimeSource.system(),
                7,
                new Counters());
    }

    /** Stores messages of other nodes; {@code 5/3} is the third message of origin 5. */
    private static void relay(Store store, String... messages) {
        for (String each : messages) {
            String[] parts = each.split("/", -1);
            Position position = new Position(Long.parseLong(parts[0]), 1, Long.parseLong(parts[1]));
            store.relay(CHANNEL, position, envelope(position, each));
        }
    }

    private static boolean relay(Store store, Position position, String text) {
        return store.relay(CHANNEL, position, envelope(position, text));
    }

    private static Envelope envelope(Position position, String text) {
        return new Envelope(
                new NodeIncarnation("node-" + position.origin(), position.incarnation()),
                position.sequence(),
                0,
                CHANNEL.text(),
                false,
                text.getBytes(StandardCharsets.UTF_8),
                0,
                Optional.empty());
    }

    private static Subscription subscribe(Store store, Since since) {
        return Subscription.open(
                store, SubscribeRequest.of(ChannelSelector.of(CHANNEL), since), TimeSource.system(), new Counters());
    }

    /** Reads all messages after an id. */
    private static List<String> after(Store store, String id, List<Gap> gaps) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        try (Subscription subscription = subscribe(store, new Since.After(id)).onGap(gaps::add)) {
            store.publish(CHANNEL, Payload.text("end"));
            for (Message message = subscription.take(); !message.text().equals("end"); message = subscription.take()) {
                texts.add(message.text());
            }
        }
        return texts;
    }

    private static String idOf(Store store, String text) throws InterruptedException {
        try (Subscription subscription = subscribe(store, Since.Point.ALL)) {
            Message message = subscription.take();
            while (!message.text().equals(text)) {
                message = subscription.take();
            }
            return message.id();
        }
    }

    @Test
    @DisplayName("H-15 an id has the same meaning at a node that received the messages in another order")
    void idIsValidAtOtherNode() throws InterruptedException {
        try (Store one = node(100);
                Store other = node(100)) {
            relay(one, "5/1", "6/1", "5/2", "6/2", "5/3", "9/1");
            relay(other, "6/1", "6/2", "5/1", "9/1", "5/2", "5/3");
            List<Gap> gaps = new ArrayList<>();
            assertThat(after(other, idOf(one, "5/2"), gaps)).containsExactly("6/2", "9/1", "5/3");
            assertThat(after(one, idOf(other, "9/1"), gaps)).containsExactly("5/2", "5/3");
            assertThat(gaps).isEmpty();
        }
    }

    @Test
    @DisplayName("H-15 a subscriber ahead of this node receives no duplicates while the node catches up")
    void subscriberAheadOfNodeReceivesNoDuplicates() throws InterruptedException {
        try (Store one = node(100);
                Store other = node(100)) {
            relay(one, "5/1", "6/1", "5/2", "5/3");
            relay(other, "5/1", "6/1");
            List<String> texts = new ArrayList<>();
            try (Subscription subscription = subscribe(other, new Since.After(idOf(one, "5/2")))) {
                relay(other, "5/2", "6/2", "5/3", "5/2");
                texts.add(subscription.take().text());
                texts.add(subscription.take().text());
            }
            assertThat(texts).containsExactly("6/2", "5/3");
        }
    }

    @Test
    @DisplayName(
            "H-15 a subscriber that moves twice, between nodes that received messages in different orders, receives each once")
    void idKeepsWhatWasReadElsewhere() throws InterruptedException {
        try (Store one = node(100);
                Store other = node(100)) {
            relay(one, "5/1", "6/1", "5/2", "6/2", "5/3");
            relay(other, "6/1", "6/2", "5/1", "5/2", "5/3");
            String id;
            try (Subscription subscription = subscribe(other, new Since.After(idOf(one, "5/2")))) {
                Message message = subscription.take();
                assertThat(message.text()).isEqualTo("6/2");
                id = message.id();
            }
            List<Gap> gaps = new ArrayList<>();
            assertThat(after(one, id, gaps)).containsExactly("5/3");
            assertThat(gaps).isEmpty();
        }
    }

    @Test
    @DisplayName("H-15 an unknown origin in an id, or evicted messages of an origin, are reported as a gap")
    void reportsGapForUnknownOrigin() throws InterruptedException {
        try (Store one = node(100);
                Store other = node(2)) {
            relay(one, "5/1", "77/1", "5/2");
            relay(other, "5/1", "5/2");
            List<Gap> gaps = new ArrayList<>();
            assertThat(after(other, idOf(one, "5/2"), gaps)).isEmpty();
            assertThat(gaps.getFirst().missed()).isEqualTo(Gap.UNKNOWN);

            // one message of origin 6 was evicted here before the subscriber received it
            relay(other, "6/1", "6/2", "6/3");
            gaps.clear();
            assertThat(after(other, idOf(one, "5/1"), gaps)).containsExactly("6/3");
            assertThat(gaps.getFirst().missed()).isEqualTo(Gap.UNKNOWN);
        }
    }

    @Test
    @DisplayName("H-15 if a node has only the later messages of an origin, earlier ones are reported as a gap")
    void reportsGapForEarlierMessagesOfOrigin() throws InterruptedException {
        try (Store node = node(100)) {
            relay(node, "5/4", "5/5");
            List<Gap> gaps = new ArrayList<>();
            assertThat(after(node, new MessageId(List.of(new Position(5, 1, 2))).text(), gaps))
                    .containsExactly("5/4", "5/5");
            assertThat(gaps).hasSize(1);
            gaps.clear();
            assertThat(after(node, new MessageId(List.of(new Position(5, 1, 4))).text(), gaps))
                    .containsExactly("5/5");
            assertThat(gaps).isEmpty();
        }
    }

    @Test
    @DisplayName("H-08 a message received twice from another node is stored once")
    void duplicateIsDropped() {
        try (Store node = node(100)) {
            assertThat(relay(node, new Position(5, 1, 1), "x")).isTrue();
            assertThat(relay(node, new Position(5, 1, 1), "x")).isFalse();
            assertThat(relay(node, new Position(5, 2, 1), "x")).isTrue();
            assertThat(node.usage().channels()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H-15 an id has at most 256 characters, with sixteen origins and with more")
    void idLengthIsBounded() throws InterruptedException {
        try (Store node = node(100)) {
            for (int origin = 1; origin <= 40; origin++) {
                relay(node, new Position(origin, 1_800_000_000_000L, 1), Integer.toString(origin));
            }
            String sixteenth = idOf(node, "16");
            assertThat(MessageId.parse(sixteenth).positions()).hasSize(17);
            String last = idOf(node, "40");
            assertThat(last).hasSizeLessThanOrEqualTo(MessageId.MAX_LENGTH);
            List<Gap> gaps = new ArrayList<>();
            assertThat(after(node, sixteenth, gaps)).hasSize(24);
            assertThat(gaps).isEmpty();
        }
    }
}
