package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.testing.TestTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every transport promises, as tests. Each transport has a subclass that makes nodes of one network, a new one for
 * each test.
 */
public abstract class TransportContract {
    /** Three times the beat, and what a busy machine adds. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<TransportNode> nodes = new ArrayList<>();
    private @Nullable TestTree<TransportNodes> tree;

    /** The transport of another node of the network of this test. Its settings have a {@code queue}. */
    protected abstract Transport transport();

    /** Settings of every transport of this test, for its table. */
    protected String settings() {
        return "";
    }

    private TransportNode join(String name, long incarnation) throws Exception {
        if (tree == null) {
            tree = TestTree.start(new TransportNodes(), TransportNodes.settings("queue = '1MiB'\n" + settings()));
        }
        TransportNode node = new TransportNode(tree.root(), transport(), new NodeIncarnation(name, incarnation));
        nodes.add(node);
        return node;
    }

    /** Tells each of all others. */
    private static void introduce(TransportNode... all) {
        for (TransportNode node : all) {
            node.setPeers(all);
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    private static void awaitReady(TransportNode... all) {
        for (TransportNode node : all) {
            soon().until(() -> node.transport.readyPeers().size() == all.length - 1);
        }
    }

    private static void awaitNumbers(TransportNode at, TransportNode from, long first, long last) {
        List<Long> expected = LongStream.rangeClosed(first, last).boxed().toList();
        soon().untilAsserted(() ->
                assertThat(at.inbox.sequencesFrom(from.self).size()).isGreaterThanOrEqualTo(expected.size()));
        assertThat(at.inbox.sequencesFrom(from.self)).isEqualTo(expected);
    }

    /** The first closing of a socket that was used opens one that the JVM keeps; it is no leak of a transport's. */
    @BeforeAll
    public static void openWhatTheJvmKeeps() throws IOException {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            server.accept().close();
            client.shutdownOutput();
        }
    }

    @AfterEach
    void stopAll() {
        nodes.forEach(node -> node.inbox.thaw());
        requireNonNull(tree).close();
        assertThat(nodes).allSatisfy(node -> assertThat(node.inbox.faults).isEmpty());
    }

    @Test
    @DisplayName("H-14 contract: what one node publishes comes to every other as it was")
    void carries() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 7);
        TransportNode c = join("c", 1);
        introduce(a, b, c);
        awaitReady(a, b, c);

        byte[] large = new byte[900_000];
        large[899_999] = 1;
        Epoch epoch = new Epoch("raft-7", 12);
        a.send("/ünïcode", "first");
        a.send("/bytes", large, true, Optional.empty());
        int peers = a.send("/fenced", new byte[0], false, Optional.of(epoch));

        assertThat(peers).isEqualTo(2);
        for (TransportNode other : List.of(b, c)) {
            awaitNumbers(other, a, 1, 3);
            Envelope first = other.inbox.from(a.self).getFirst();
            assertThat(first.channel()).isEqualTo("/ünïcode");
            assertThat(new String(first.payload(), StandardCharsets.UTF_8)).isEqualTo("first");
            assertThat(first.binary()).isFalse();
            assertThat(first.publishedMillis()).isEqualTo(TransportNode.MILLIS);
            assertThat(first.epoch()).isEmpty();
            Envelope second = other.inbox.from(a.self).get(1);
            assertThat(second.payload()).isEqualTo(large);
            assertThat(second.binary()).isTrue();
            assertThat(second.previous()).isEqualTo(1);
            assertThat(other.inbox.from(a.self).get(2).epoch()).contains(epoch);
        }
        assertThat(a.inbox.from(a.self)).isEmpty();
    }

    @Test
    @DisplayName("H-09 contract: a node that is ready loses nothing of what is published right then, 50 times")
    void readyMeansReady() throws Exception {
        readyMeansReady(50);
    }

    @Test
    @Tag("long")
    @DisplayName("H-09 contract: a node that is ready loses nothing of what is published right then, 200 times")
    void readyMeansReadyOften() throws Exception {
        readyMeansReady(200);
    }

    private void readyMeansReady(int times) throws Exception {
        TransportNode a = join("a", 1);
        for (int life = 1; life <= times; life++) {
            TransportNode b = join("b", life);
            introduce(a, b);
            soon().until(() -> a.transport.readyPeers().contains(b.self));
            long first = a.last() + 1;
            for (int i = 0; i < 5; i++) {
                a.send("/numbers", "now");
            }
            awaitNumbers(b, a, first, first + 4);
            a.setPeers(a); // it leaves before it stops
            b.stop();
        }
    }

    @Test
    @DisplayName("H-14 contract: 5,000 channels take no more than one")
    void manyChannels() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        introduce(a, b);
        awaitReady(a, b);

        for (int channel = 0; channel < 5_000; channel++) {
            a.send("/channel/" + channel, "x");
        }

        awaitNumbers(b, a, 1, 5_000);
        assertThat(b.inbox.from(a.self).stream().map(Envelope::channel).distinct())
                .hasSize(5_000);
    }

    @Test
    @DisplayName("H-04 contract: many publishing threads on three nodes, and each node's messages come in order")
    void manyThreads() throws Exception {
        TransportNode[] all = {join("a", 1), join("b", 1), join("c", 1)};
        introduce(all);
        awaitReady(all);

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 300; thread++) {
                TransportNode node = all[thread % 3];
                threads.execute(() -> IntStream.range(0, 20).forEach(i -> node.send("/numbers", "number " + i)));
            }
        }

        for (TransportNode from : all) {
            for (TransportNode at : all) {
                if (at != from) {
                    awaitNumbers(at, from, 1, 2_000);
                }
            }
        }
    }

    @Test
    @DisplayName("H-14 contract: a frozen peer neither slows nor silences others; what it loses is counted, and told")
    void frozenPeer() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode frozen = join("b", 1);
        TransportNode c = join("c", 1);
        introduce(a, frozen, c);
        awaitReady(a, frozen, c);

        frozen.inbox.freeze();
        byte[] payload = new byte[10_000];
        for (int i = 1; i <= 4_000; i++) {
            a.send("/numbers", payload, true, Optional.empty());
            if (i % 50 == 0) {
                awaitNumbers(c, a, 1, i); // as fast as c can take
            }
        }
        awaitNumbers(c, a, 1, 4_000);
        TransportStats.PeerStats stats = a.statsOf(frozen);
        assertThat(stats.dropped()).isPositive();
        assertThat(stats.queued()).isLessThan(1024 * 1024);
        assertThat(a.statsOf(c).dropped()).isZero();

        frozen.inbox.thaw();
        soon().until(() -> frozen.inbox.beat(a.self) == 4_000);
        int got = frozen.inbox.from(a.self).size();
        assertThat(got).isPositive().isLessThan(4_000);
        assertThat(a.statsOf(frozen).dropped()).isLessThanOrEqualTo(4_000 - got).isPositive();
    }

    @Test
    @DisplayName("H-16 contract: within a beat of the last message each peer knows its number, even if it lost it")
    void tail() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        a.send("/numbers", "before anybody was there");
        introduce(a, b);
        awaitReady(a, b);
        assertThat(b.inbox.beat(a.self)).isEqualTo(1);

        a.send("/numbers", "one");
        a.send("/numbers", "two");

        NodeIncarnation third = new NodeIncarnation("third", 3);
        a.inbox.positions = Map.of(third, 12L);

        await().atMost(Transport.HEARTBEAT_INTERVAL.multipliedBy(3)).until(() -> b.inbox.beat(a.self) == 3);
        soon().until(() -> Map.of(third, 12L).equals(b.inbox.others.get(a.self)));
        assertThat(b.inbox.sequencesFrom(a.self)).containsExactly(2L, 3L);
    }

    @Test
    @DisplayName("H-07 contract: a peer that left the roster is sent nothing more, and nothing waits for it")
    void left() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        TransportNode c = join("c", 1);
        introduce(a, b, c);
        awaitReady(a, b, c);

        a.setPeers(a, c);
        soon().until(() -> a.transport.readyPeers().equals(Set.of(c.self)));
        soon().until(() -> a.inbox.ready.equals(Set.of(c.self)));
        assertThat(a.send("/numbers", "without b")).isEqualTo(1);

        awaitNumbers(c, a, 1, 1);
        assertThat(b.inbox.from(a.self)).isEmpty();
        assertThat(a.transport.stats().peers())
                .extracting(TransportStats.PeerStats::peer)
                .containsExactly(c.self);
    }

    @Test
    @DisplayName("H-08 contract: after a peer left and came back, as it was or restarted, each message comes once")
    void cameBack() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        introduce(a, b);
        awaitReady(a, b);
        for (int i = 0; i < 5; i++) {
            long last = a.last();
            a.setPeers(a);
            soon().until(() -> a.transport.readyPeers().isEmpty());
            a.setPeers(a, b);
            awaitReady(a, b);
            a.send("/numbers", "again");
            awaitNumbers(b, a, 1, last + 1);
        }
        b.stop();
        TransportNode restarted = join("b", 2);
        introduce(a, restarted);
        awaitReady(a, restarted);
        a.send("/numbers", "to the new one");
        restarted.send("/numbers", "from the new one");

        awaitNumbers(restarted, a, 6, 6);
        awaitNumbers(a, restarted, 1, 1);
    }

    @Test
    @DisplayName("K-20 contract: a peer is asked for a stretch of any origin, and answers with what it has, in pieces")
    void repair() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        introduce(a, b);
        awaitReady(a, b);
        NodeIncarnation third = new NodeIncarnation("third", 3);
        for (long n = 1; n <= 50; n++) {
            b.inbox.remember(new Envelope(
                    third, n, n - 1, "/numbers", true, new byte[20_000], TransportNode.MILLIS, Optional.empty()));
        }

        a.transport.requestRange(new NodeIncarnation("nobody", 1), new SequenceRange(third, 1, 50));
        a.transport.requestRange(b.self, new SequenceRange(third, 41, 60));
        soon().until(() -> a.inbox.answers.size() == 1);
        RangeResponse rangeResponse = a.inbox.answers.getFirst();
        assertThat(rangeResponse.range()).isEqualTo(new SequenceRange(third, 41, 60));
        assertThat(rangeResponse.messages())
                .extracting(Envelope::sequence)
                .containsExactly(LongStream.rangeClosed(41, 50).boxed().toArray(Long[]::new));
        assertThat(rangeResponse.through()).isEqualTo(60);

        a.transport.requestRange(b.self, new SequenceRange(third, 1, 50));
        soon().until(() -> a.inbox.answers.size() == 2);
        assertThat(a.inbox.answers.getLast().messages()).hasSizeBetween(5, 20);
        assertThat(a.inbox.answers.getLast().through())
                .isEqualTo(a.inbox.answers.getLast().messages().getLast().sequence());
    }

    @Test
    @DisplayName("K-20 contract: a peer is asked for all that it holds, and hands it over as it is, piece by piece")
    void holdings() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        introduce(a, b);
        awaitReady(a, b);
        NodeIncarnation third = new NodeIncarnation("third", 3);
        SnapshotChunk.Watermark watermark = new SnapshotChunk.Watermark(1L << 41, 7, 1_000);
        Envelope binary =
                new Envelope(third, 9, 4, "/n", true, new byte[200_000], TransportNode.MILLIS, Optional.empty());
        Envelope fenced =
                new Envelope(b.self, 2, 0, "/ünï", false, new byte[] {'x'}, -1, Optional.of(new Epoch("raft-7", 12)));
        b.inbox.holdings = List.of(
                new SnapshotChunk(
                        0,
                        List.of(
                                new SnapshotChunk.Item(binary, 77, List.of(watermark, watermark)),
                                new SnapshotChunk.Item(fenced, 0, List.of())),
                        1,
                        Map.of(),
                        Optional.empty()),
                new SnapshotChunk(
                        1,
                        List.of(),
                        1,
                        Map.of(third, 5L),
                        Optional.of(new SnapshotChunk.End(true, Map.of(third, 9L, b.self, 2L), List.of(watermark)))));

        a.transport.requestSnapshot(new NodeIncarnation("nobody", 1), 0);
        a.transport.requestSnapshot(b.self, 0);
        soon().until(() -> a.inbox.snapshots.size() == 1);
        a.transport.requestSnapshot(b.self, 1);
        soon().until(() -> a.inbox.snapshots.size() == 2);

        assertThat(a.inbox.snapshots).usingRecursiveComparison().isEqualTo(b.inbox.holdings);
    }

    @Test
    @DisplayName("H-14 contract: who is not in the roster, or is another life of who is, is not heard until it is")
    void strangers() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode stranger = join("x", 2);
        stranger.setPeers(a, stranger);
        a.setPeerAs(stranger, new NodeIncarnation("x", 1));
        soon().until(() -> a.transport.stats().rejected() > 0);
        stranger.send("/numbers", "let me in");
        assertThat(stranger.transport.readyPeers()).isEmpty();
        assertThat(a.transport.readyPeers()).isEmpty();
        assertThat(Stream.of(a.inbox.from(stranger.self), stranger.inbox.from(a.self)))
                .allMatch(List::isEmpty);

        a.setPeers(a, stranger);
        soon().until(() -> stranger.transport.readyPeers().contains(a.self));
        long first = stranger.last() + 1;
        stranger.send("/numbers", "thank you");
        awaitNumbers(a, stranger, first, first);
    }
}
