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
import java.util.Arrays;
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
 * The contract of transports, as tests. Each transport has a subclass that creates the nodes of one network, a new
 * network for each test.
 */
public abstract class TransportContract {
    /** Three heartbeat intervals, with a margin for a busy machine. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<TransportNode> nodes = new ArrayList<>();
    private @Nullable TestTree<TransportNodes> tree;

    /** Creates the transport of another node in the network of this test. It has a setting {@code queue}. */
    protected abstract Transport transport();

    /** Returns additional settings for every transport of this test, as lines of its TOML table. */
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

    /** Adds a node, and waits until all are connected with each other. */
    private TransportNode joinTo(String name, TransportNode... others) throws Exception {
        TransportNode node = join(name, 1);
        TransportNode[] all = Arrays.copyOf(others, others.length + 1);
        all[others.length] = node;
        connect(all);
        awaitReady(all);
        return node;
    }

    /** Sets all nodes as each other's peers. */
    private static void connect(TransportNode... all) {
        for (TransportNode node : all) {
            node.setPeers(all);
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    private static void awaitReady(TransportNode... all) {
        for (TransportNode node : all) {
            soon().until(() -> node.transport.readyPeers().size() == all.length - 1);
        }
    }

    private static void awaitNumbers(TransportNode at, TransportNode from, long first, long last) {
        List<Long> expected = LongStream.rangeClosed(first, last).boxed().toList();
        soon().untilAsserted(() ->
                assertThat(at.listener.sequencesFrom(from.self).size()).isGreaterThanOrEqualTo(expected.size()));
        assertThat(at.listener.sequencesFrom(from.self)).isEqualTo(expected);
    }

    /** Closes a used socket. The first such close opens a descriptor that the JVM keeps: it is no leak of a transport. */
    @BeforeAll
    public static void openDescriptorKeptByJvm() throws IOException {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            server.accept().close();
            client.shutdownOutput();
        }
    }

    @AfterEach
    void stopAll() {
        nodes.forEach(node -> node.listener.thaw());
        requireNonNull(tree).close();
        assertThat(nodes).allSatisfy(node -> assertThat(node.listener.faults).isEmpty());
    }

    @Test
    @DisplayName("H-14 contract: a message of one node reaches every other node unchanged")
    void deliversUnchanged() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 7);
        TransportNode c = joinTo("c", a, b);

        byte[] large = new byte[900_000];
        large[899_999] = 1;
        Epoch epoch = new Epoch("raft-7", 12);
        a.send("/ünïcode", "first");
        a.send("/bytes", large, true, Optional.empty());
        int peers = a.send("/fenced", new byte[0], false, Optional.of(epoch));

        assertThat(peers).isEqualTo(2);
        for (TransportNode other : List.of(b, c)) {
            awaitNumbers(other, a, 1, 3);
            Envelope first = other.listener.receivedFrom(a.self).getFirst();
            assertThat(first.channel()).isEqualTo("/ünïcode");
            assertThat(new String(first.payload(), StandardCharsets.UTF_8)).isEqualTo("first");
            assertThat(first.binary()).isFalse();
            assertThat(first.publishedMillis()).isEqualTo(TransportNode.MILLIS);
            assertThat(first.epoch()).isEmpty();
            Envelope second = other.listener.receivedFrom(a.self).get(1);
            assertThat(second.payload()).isEqualTo(large);
            assertThat(second.binary()).isTrue();
            assertThat(second.previous()).isEqualTo(1);
            assertThat(other.listener.receivedFrom(a.self).get(2).epoch()).contains(epoch);
        }
        assertThat(a.listener.receivedFrom(a.self)).isEmpty();
    }

    @Test
    @DisplayName("H-09 contract: a peer that is ready misses no message sent from then on, 50 times")
    void readyMeansReady() throws Exception {
        readyMeansReady(50);
    }

    @Test
    @Tag("long")
    @DisplayName("H-09 contract: a peer that is ready misses no message sent from then on, 200 times")
    void readyMeansReadyOften() throws Exception {
        readyMeansReady(200);
    }

    private void readyMeansReady(int times) throws Exception {
        TransportNode a = join("a", 1);
        for (int incarnation = 1; incarnation <= times; incarnation++) {
            TransportNode b = join("b", incarnation);
            connect(a, b);
            soon().until(() -> a.transport.readyPeers().contains(b.self));
            long first = a.last() + 1;
            for (int i = 0; i < 5; i++) {
                a.send("/numbers", "now");
            }
            awaitNumbers(b, a, first, first + 4);
            a.setPeers(a); // b leaves the roster before it stops
            b.stop();
        }
    }

    @Test
    @DisplayName("H-14 contract: messages on 5,000 channels arrive like those of one channel")
    void manyChannels() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = joinTo("b", a);

        for (int channel = 0; channel < 5_000; channel++) {
            a.send("/channel/" + channel, "x");
        }

        awaitNumbers(b, a, 1, 5_000);
        assertThat(b.listener.receivedFrom(a.self).stream()
                        .map(Envelope::channel)
                        .distinct())
                .hasSize(5_000);
    }

    @Test
    @DisplayName("H-04 contract: with many publishing threads on three nodes, each node's messages arrive in order")
    void manyThreads() throws Exception {
        TransportNode[] all = {join("a", 1), join("b", 1), join("c", 1)};
        connect(all);
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
    @DisplayName("H-14 contract: a frozen peer does not delay others; messages dropped for it are counted and reported")
    void frozenPeerDoesNotDelayOthers() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode frozen = join("b", 1);
        TransportNode c = joinTo("c", a, frozen);

        frozen.listener.freeze();
        byte[] payload = new byte[10_000];
        for (int i = 1; i <= 4_000; i++) {
            a.send("/numbers", payload, true, Optional.empty());
            if (i % 50 == 0) {
                awaitNumbers(c, a, 1, i); // as fast as c receives
            }
        }
        awaitNumbers(c, a, 1, 4_000);
        TransportStats.PeerStats stats = a.statsOf(frozen);
        assertThat(stats.dropped()).isPositive();
        assertThat(stats.queued()).isLessThan(1024 * 1024);
        assertThat(a.statsOf(c).dropped()).isZero();

        frozen.listener.thaw();
        soon().until(() -> frozen.listener.lastHeartbeat(a.self) == 4_000);
        int received = frozen.listener.receivedFrom(a.self).size();
        assertThat(received).isPositive().isLessThan(4_000);
        assertThat(a.statsOf(frozen).dropped())
                .isLessThanOrEqualTo(4_000 - received)
                .isPositive();
    }

    @Test
    @DisplayName(
            "H-16 contract: each peer knows the last number within a heartbeat interval, even if the message was lost")
    void heartbeatContainsLastSequence() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        a.send("/numbers", "before there were peers");
        connect(a, b);
        awaitReady(a, b);
        assertThat(b.listener.lastHeartbeat(a.self)).isEqualTo(1);

        a.send("/numbers", "one");
        a.send("/numbers", "two");

        NodeIncarnation third = new NodeIncarnation("third", 3);
        a.listener.positions = Map.of(third, 12L);

        await().atMost(Transport.HEARTBEAT_INTERVAL.multipliedBy(3)).until(() -> b.listener.lastHeartbeat(a.self) == 3);
        soon().until(() -> Map.of(third, 12L).equals(b.listener.peerPositions.get(a.self)));
        assertThat(b.listener.sequencesFrom(a.self)).containsExactly(2L, 3L);
    }

    @Test
    @DisplayName("H-07 contract: a peer that left the roster is sent no more messages, and none are queued for it")
    void sendsNothingToDepartedPeer() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = join("b", 1);
        TransportNode c = joinTo("c", a, b);

        a.setPeers(a, c);
        soon().until(() -> a.transport.readyPeers().equals(Set.of(c.self)));
        soon().until(() -> a.listener.ready.equals(Set.of(c.self)));
        assertThat(a.send("/numbers", "without b")).isEqualTo(1);

        awaitNumbers(c, a, 1, 1);
        assertThat(b.listener.receivedFrom(a.self)).isEmpty();
        assertThat(a.transport.stats().peers())
                .extracting(TransportStats.PeerStats::peer)
                .containsExactly(c.self);
    }

    @Test
    @DisplayName("H-08 contract: after a peer leaves and rejoins, restarted or not, each message arrives once")
    void deliversOnce_afterPeerRejoins() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = joinTo("b", a);
        for (int i = 0; i < 5; i++) {
            long last = a.last();
            a.setPeers(a);
            soon().until(() -> a.transport.readyPeers().isEmpty());
            a.setPeers(a, b);
            awaitReady(a, b);
            a.send("/numbers", "after rejoin");
            awaitNumbers(b, a, 1, last + 1);
        }
        b.stop();
        TransportNode restarted = join("b", 2);
        connect(a, restarted);
        awaitReady(a, restarted);
        a.send("/numbers", "to the restarted node");
        restarted.send("/numbers", "from the restarted node");

        awaitNumbers(restarted, a, 6, 6);
        awaitNumbers(a, restarted, 1, 1);
    }

    @Test
    @DisplayName("K-20 contract: a peer responds to a range request for any origin with the messages it has, in parts")
    void respondsToRangeRequest() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = joinTo("b", a);
        NodeIncarnation third = new NodeIncarnation("third", 3);
        for (long n = 1; n <= 50; n++) {
            b.listener.addToHistory(new Envelope(
                    third, n, n - 1, "/numbers", true, new byte[20_000], TransportNode.MILLIS, Optional.empty()));
        }

        a.transport.requestRange(new NodeIncarnation("unknown", 1), new SequenceRange(third, 1, 50));
        a.transport.requestRange(b.self, new SequenceRange(third, 41, 60));
        soon().until(() -> a.listener.rangeResponses.size() == 1);
        RangeResponse rangeResponse = a.listener.rangeResponses.getFirst();
        assertThat(rangeResponse.range()).isEqualTo(new SequenceRange(third, 41, 60));
        assertThat(rangeResponse.messages())
                .extracting(Envelope::sequence)
                .containsExactly(LongStream.rangeClosed(41, 50).boxed().toArray(Long[]::new));
        assertThat(rangeResponse.through()).isEqualTo(60);

        a.transport.requestRange(b.self, new SequenceRange(third, 1, 50));
        soon().until(() -> a.listener.rangeResponses.size() == 2);
        assertThat(a.listener.rangeResponses.getLast().messages()).hasSizeBetween(5, 20);
        assertThat(a.listener.rangeResponses.getLast().through())
                .isEqualTo(
                        a.listener.rangeResponses.getLast().messages().getLast().sequence());
    }

    @Test
    @DisplayName("K-20 contract: a peer responds to a snapshot request with its snapshot, unchanged, chunk by chunk")
    void respondsToSnapshotRequest() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode b = joinTo("b", a);
        NodeIncarnation third = new NodeIncarnation("third", 3);
        SnapshotChunk.Watermark watermark = new SnapshotChunk.Watermark(1L << 41, 7, 1_000);
        Envelope binary =
                new Envelope(third, 9, 4, "/n", true, new byte[200_000], TransportNode.MILLIS, Optional.empty());
        Envelope fenced =
                new Envelope(b.self, 2, 0, "/ünï", false, new byte[] {'x'}, -1, Optional.of(new Epoch("raft-7", 12)));
        b.listener.ownSnapshot = List.of(
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

        a.transport.requestSnapshot(new NodeIncarnation("unknown", 1), 0);
        a.transport.requestSnapshot(b.self, 0);
        soon().until(() -> a.listener.snapshots.size() == 1);
        a.transport.requestSnapshot(b.self, 1);
        soon().until(() -> a.listener.snapshots.size() == 2);

        assertThat(a.listener.snapshots).usingRecursiveComparison().isEqualTo(b.listener.ownSnapshot);
    }

    @Test
    @DisplayName("H-14 contract: a node outside the roster, or another incarnation, is ignored until it is added")
    void ignoresNodesOutsideRoster() throws Exception {
        TransportNode a = join("a", 1);
        TransportNode outsider = join("x", 2);
        outsider.setPeers(a, outsider);
        a.setPeerAs(outsider, new NodeIncarnation("x", 1));
        soon().until(() -> a.transport.stats().rejected() > 0);
        outsider.send("/numbers", "before joining");
        assertThat(outsider.transport.readyPeers()).isEmpty();
        assertThat(a.transport.readyPeers()).isEmpty();
        assertThat(Stream.of(a.listener.receivedFrom(outsider.self), outsider.listener.receivedFrom(a.self)))
                .allMatch(List::isEmpty);

        a.setPeers(a, outsider);
        soon().until(() -> outsider.transport.readyPeers().contains(a.self));
        long first = outsider.last() + 1;
        outsider.send("/numbers", "after joining");
        // A frame from before that was still on its way when the node was added may arrive, too.
        soon().until(() -> a.listener.sequencesFrom(outsider.self).contains(first));
    }
}
