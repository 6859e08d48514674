package dev.ginkgo.zeromq;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.testing.TestTree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Two nodes that are peers of each other. */
final class ZmqPair implements AutoCloseable {
    final RecordingNode a;
    final RecordingNode b;
    private final TestTree<Parent> tree;

    private static final class Parent extends Service {
        final ZmqTransport a = add("a", new ZmqTransport());
        final ZmqTransport b = add("b", new ZmqTransport());
    }

    ZmqPair(String settingsOfA, String settingsOfB) throws Exception {
        Parent parent = new Parent();
        a = new RecordingNode("a", parent.a);
        b = new RecordingNode("b", parent.b);
        tree = TestTree.start(parent, "[a]\n" + settings(settingsOfA) + "[b]\n" + settings(settingsOfB));
        try {
            a.open();
            b.open();
        } catch (Exception e) {
            tree.close();
            throw e;
        }
        a.transport.setPeers(Set.of(new Peer(b.self, b.address())));
        b.transport.setPeers(Set.of(new Peer(a.self, a.address())));
    }

    private static String settings(String settings) {
        return (settings.contains("bind") ? "" : "bind = '127.0.0.1:0'\n") + settings + "\n";
    }

    void awaitReady() {
        await().atMost(Duration.ofSeconds(15))
                .until(() -> a.transport.readyPeers().size()
                                + b.transport.readyPeers().size()
                        == 2);
    }

    /** Returns whether neither node has received a heartbeat of the other. */
    boolean isSilent() {
        return a.heartbeatsFrom.isEmpty() && b.heartbeatsFrom.isEmpty();
    }

    @Override
    public void close() {
        tree.close();
    }

    /** One node, which records what it receives. */
    static final class RecordingNode implements TransportListener {
        private final NodeIncarnation self;
        private final Transport transport;
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final List<Optional<IdempotencyRecord>> keys = new CopyOnWriteArrayList<>();
        private final Set<NodeIncarnation> heartbeatsFrom = ConcurrentHashMap.newKeySet();
        private Address address = new Address("nowhere", 0);
        private final Set<String> callerThreads = ConcurrentHashMap.newKeySet();
        private long last; // guarded by this

        RecordingNode(String name, Transport transport) {
            self = new NodeIncarnation(name, 1);
            this.transport = transport;
        }

        void open() throws Exception {
            address = transport.open(self, this);
        }

        NodeIncarnation self() {
            return self;
        }

        Transport transport() {
            return transport;
        }

        Address address() {
            return address;
        }

        List<String> texts() {
            return texts;
        }

        Set<NodeIncarnation> heartbeatsFrom() {
            return heartbeatsFrom;
        }

        /** Returns the names of the threads that delivered messages. */
        Set<String> callerThreads() {
            return callerThreads;
        }

        /** Returns the idempotency records of the messages in {@link #texts}. */
        List<Optional<IdempotencyRecord>> keys() {
            return keys;
        }

        void publish(String text) {
            publish(text, Optional.empty());
        }

        synchronized void publish(String text, Optional<IdempotencyRecord> key) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            last++;
            transport.send(new Envelope(self, last, last - 1, "/texts", false, bytes, 0, Optional.empty(), key));
        }

        @Override
        public void heartbeat(NodeIncarnation peer, long lastOfPeer, Map<NodeIncarnation, Long> others) {
            heartbeatsFrom.add(peer);
        }

        @Override
        public void received(Envelope message) {
            callerThreads.add(Thread.currentThread().getName());
            keys.add(message.idempotency());
            texts.add(new String(message.payload(), StandardCharsets.UTF_8));
        }

        @Override
        public Map<NodeIncarnation, Long> positions() {
            return Map.of();
        }

        @Override
        public RangeResponse readRange(SequenceRange sequenceRange) {
            return RangeResponse.empty(sequenceRange);
        }

        @Override
        public void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse) {}

        @Override
        public SnapshotChunk readSnapshot(long after) {
            return SnapshotChunk.empty(after);
        }

        @Override
        public void snapshotReceived(NodeIncarnation peer, SnapshotChunk some) {}

        @Override
        public void readyPeersChanged(Set<NodeIncarnation> peers) {}
    }
}
