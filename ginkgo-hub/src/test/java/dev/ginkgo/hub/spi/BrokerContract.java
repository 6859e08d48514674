package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.testing.TestTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future.State;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The contract of brokers, as tests. Each broker has a subclass that creates the clients of one broker, whose streams are empty
 * or contain only messages of earlier tests. Brokers with history have a subclass of {@link BrokerHistoryContract}.
 */
public abstract class BrokerContract {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final List<BrokerNode> nodes = new ArrayList<>();
    private @Nullable TestTree<TransportNodes> tree;

    /** Creates another client of the broker of this test. */
    protected abstract Broker broker();

    /** Interrupts the connections of all clients, so that no message passes. */
    protected abstract void interrupt() throws Exception;

    /** Ends the interruption; the clients reconnect by themselves. */
    protected abstract void restore() throws Exception;

    /** Returns additional settings for every client of this test, as lines of its TOML table. */
    protected String settings() {
        return "";
    }

    /** Returns whether positions are valid at one hub only. */
    protected boolean hasOwnStreams() {
        return false;
    }

    /** Starts a node that reads nothing yet. */
    final BrokerNode join(String name) throws Exception {
        if (tree == null) {
            tree = TestTree.start(new TransportNodes(), TransportNodes.settings(settings()));
        }
        BrokerNode node = new BrokerNode(tree.root(), broker(), new NodeIncarnation(name, 1));
        nodes.add(node);
        return node;
    }

    /** Starts a node that reads what is appended from now on. */
    final BrokerNode reader(String name) throws Exception {
        BrokerNode node = join(name);
        node.readNew();
        return node;
    }

    static ConditionFactory soon() {
        return await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    static void awaitTexts(BrokerNode node, List<String> texts) {
        soon().untilAsserted(() -> assertThat(node.texts()).isEqualTo(texts));
    }

    static List<String> numbers(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> prefix + n).toList();
    }

    @AfterEach
    void stopAll() {
        if (tree != null) {
            tree.close();
        }
        assertThat(nodes).allSatisfy(node -> assertThat(node.listener.faults).isEmpty());
    }

    @Test
    @DisplayName("H-230 every reader, the sender included, receives the messages of one thread in order, each once")
    void deliversInOrderToEveryReader() throws Exception {
        // Given
        BrokerNode sender = reader("a");
        BrokerNode other = reader("b");
        List<String> texts = numbers("m", 500);

        // When
        List<CompletableFuture<BrokerPosition>> positions =
                texts.stream().map(text -> sender.append("/order", text)).toList();

        // Then
        awaitTexts(sender, texts);
        awaitTexts(other, texts);
        List<BrokerPosition> read = sender.listener.received().stream()
                .map(RecordingBrokerListener.Received::position)
                .toList();
        for (int i = 0; i < texts.size(); i++) {
            assertThat(get(positions.get(i))).isEqualTo(read.get(i));
        }
        if (!hasOwnStreams()) {
            assertThat(other.listener.received().stream().map(RecordingBrokerListener.Received::position))
                    .isEqualTo(read);
        }
        assertThat(sender.broker.stats().appended()).isEqualTo(texts.size());
        assertThat(other.broker.stats().received()).isEqualTo(texts.size());
    }

    @Test
    @DisplayName("H-230 a message arrives unchanged, with everything that the hub has added to it")
    void preservesMessages() throws Exception {
        BrokerNode sender = reader("a");
        BrokerNode other = reader("b");
        byte[] bytes = {0, -1, 10, 13, 127};
        String channel = "/räume/Küche 1/*.>";
        BrokerPosition first = get(sender.append(channel, "first"));
        Map<NodeIncarnation, Long> read = hasOwnStreams() ? Map.of() : Map.of(first.stream(), first.sequence());
        List<BrokerMessage> messages = List.of(
                new BrokerMessage(
                                sender.self,
                                8,
                                channel,
                                true,
                                bytes,
                                BrokerNode.MILLIS,
                                Optional.of(new Epoch("mesh-1", 7)),
                                Optional.of(new IdempotencyKey("key-1", "digest", 3)),
                                42)
                        .withRead(read),
                new BrokerMessage(sender.self, 9, "/", false, new byte[0], 1, Optional.empty(), Optional.empty(), 0),
                new BrokerMessage(
                        sender.self,
                        10,
                        "/" + "x".repeat(Envelope.MAX_CHANNEL - 1),
                        false,
                        "€".repeat(20_000).getBytes(StandardCharsets.UTF_8),
                        1,
                        Optional.empty(),
                        Optional.empty(),
                        -1));

        for (BrokerMessage each : messages) {
            get(sender.broker.append(each));
        }

        soon().until(() -> other.listener.received().size() == messages.size() + 1);
        for (BrokerMessage sent : messages) {
            BrokerMessage received = other.listener.received().stream()
                    .map(RecordingBrokerListener.Received::message)
                    .filter(each -> each.number() == sent.number())
                    .findFirst()
                    .orElseThrow();
            assertThat(received).usingRecursiveComparison().isEqualTo(sent);
        }
    }

    @Test
    @DisplayName("H-230 a channel always belongs to the same stream, and there are at most eight")
    void channelBelongsToOneStream() throws Exception {
        BrokerNode sender = reader("a");
        assertThat(sender.streams).hasSizeBetween(1, Broker.MAX_STREAMS);
        for (String channel : numbers("/c/", 20)) {
            Set<NodeIncarnation> streams = new HashSet<>();
            for (String text : numbers("m", 3)) {
                streams.add(get(sender.append(channel, text)).stream());
            }
            assertThat(streams).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "H-231 while the connection is interrupted a message is rejected or has an unknown outcome; a rejected one is"
                    + " never read, and reading continues after the last position")
    void reconnects() throws Exception {
        // Given
        BrokerNode node = reader("a");
        get(node.append("/x", "before"));
        awaitTexts(node, List.of("before"));

        // When
        interrupt();
        soon().until(() -> node.listener.problem.isPresent());
        List<String> rejected = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (String text : numbers("during", 20)) {
            try {
                get(node.append("/x", text));
                throw new AssertionError(text + " was confirmed without a connection");
            } catch (ExecutionException e) {
                BrokerException failure = (BrokerException) requireNonNull(e.getCause());
                (failure.reason() == BrokerException.Reason.UNKNOWN_OUTCOME ? unknown : rejected).add(text);
            }
        }
        assertThat(node.broker.stats().connected()).isFalse();
        restore();
        soon().until(() -> node.listener.problem.isEmpty());
        soon().until(() -> node.append("/x", "after")
                .handle((_, failure) -> failure == null)
                .get());

        // Then
        soon().until(() -> node.texts().getLast().equals("after"));
        assertThat(node.texts()).doesNotContainAnyElementsOf(rejected).startsWith("before");
        assertThat(node.broker.stats().reconnects()).isPositive();
        assertThat(node.broker.stats().failed()).isGreaterThanOrEqualTo(rejected.size() + unknown.size());
    }

    @Test
    @DisplayName("H-231 a broker that stops completes every append, and reports nothing any more")
    void stopCompletesAppends() throws Exception {
        BrokerNode sender = reader("a");
        BrokerNode other = reader("b");
        List<CompletableFuture<BrokerPosition>> appends = numbers("m", 200).stream()
                .map(text -> sender.append("/x", text))
                .toList();
        sender.stop();
        for (CompletableFuture<BrokerPosition> each : appends) {
            get(each.handle((_, _) -> true));
        }
        get(other.append("/x", "end"));
        soon().until(() -> other.texts().contains("end"));
        long confirmed =
                appends.stream().filter(each -> each.state() == State.SUCCESS).count();
        assertThat(other.texts()).hasSizeGreaterThan((int) confirmed);
        assertThatThrownBy(() -> get(sender.append("/x", "after the stop")))
                .hasCauseInstanceOf(BrokerException.class)
                .extracting(e -> ((BrokerException) requireNonNull(e.getCause())).reason())
                .isEqualTo(BrokerException.Reason.UNAVAILABLE);
    }

    @Test
    @DisplayName(
            "H-232 of two messages with one idempotency key each is stored at the position that is confirmed, or the first"
                    + " stands for both")
    void confirmsPositionOfKey() throws Exception {
        BrokerNode sender = reader("a");
        BrokerNode other = reader("b");
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey("k-" + sender.self, "digest", 1));
        byte[] payload = "same".getBytes(StandardCharsets.UTF_8);
        BrokerPosition first = get(sender.broker.append(sender.message("/x", payload, key)));
        BrokerPosition second = get(other.broker.append(other.message("/x", payload, key)));
        get(sender.append("/x", "end"));
        soon().until(() -> sender.texts().contains("end"));
        assertThat(sender.listener.received().stream()
                        .filter(each -> each.text().equals("same"))
                        .map(RecordingBrokerListener.Received::position))
                .hasSize(hasOwnStreams() || !second.equals(first) ? 2 : 1)
                .contains(first);
    }
}
