package dev.ginkgo.hub.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps what a transport says to one node; can be frozen. */
public final class RecordingTransportListener implements TransportListener {
    private final Map<NodeIncarnation, List<Envelope>> received = new ConcurrentHashMap<>();
    private final Map<NodeIncarnation, Long> lastHeartbeats = new ConcurrentHashMap<>();
    private final List<Envelope> history = new CopyOnWriteArrayList<>();
    final List<RangeResponse> answers = new CopyOnWriteArrayList<>();
    volatile List<SnapshotChunk> holdings = List.of();
    final List<SnapshotChunk> snapshots = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    final Map<NodeIncarnation, Map<NodeIncarnation, Long>> others = new ConcurrentHashMap<>();
    volatile Map<NodeIncarnation, Long> positions = Map.of();
    volatile Set<NodeIncarnation> ready = Set.of();
    private volatile CountDownLatch thawed = new CountDownLatch(0);

    /** From now on each call blocks. */
    void freeze() {
        thawed = new CountDownLatch(1);
    }

    void thaw() {
        thawed.countDown();
    }

    private void awaitThawed() {
        try {
            if (!thawed.await(1, TimeUnit.MINUTES)) {
                faults.add("nobody has thawed this");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What came from that node, in order. */
    List<Envelope> from(NodeIncarnation nodeIncarnation) {
        List<Envelope> some = received.getOrDefault(nodeIncarnation, List.of());
        synchronized (some) {
            return List.copyOf(some);
        }
    }

    List<Long> sequencesFrom(NodeIncarnation nodeIncarnation) {
        return from(nodeIncarnation).stream().map(Envelope::sequence).toList();
    }

    /** How far that node has said to be; -1 if it has said nothing. */
    long beat(NodeIncarnation nodeIncarnation) {
        return lastHeartbeats.getOrDefault(nodeIncarnation, -1L);
    }

    /** Has these answered to those who ask. */
    void remember(Envelope message) {
        history.add(message);
    }

    @Override
    public void heartbeat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> positionsOfPeer) {
        awaitThawed();
        lastHeartbeats.put(peer, last);
        others.put(peer, positionsOfPeer);
    }

    @Override
    public Map<NodeIncarnation, Long> positions() {
        return positions;
    }

    @Override
    public void received(Envelope message) {
        awaitThawed();
        if (!lastHeartbeats.containsKey(message.origin())) {
            faults.add(message + " came before the first beat");
        }
        List<Envelope> all = received.computeIfAbsent(message.origin(), nodeIncarnation -> new ArrayList<>());
        synchronized (all) {
            if (!all.isEmpty() && all.getLast().sequence() >= message.sequence()) {
                faults.add(message + " came after " + all.getLast());
            }
            all.add(message);
        }
    }

    @Override
    public RangeResponse readRange(SequenceRange asked) {
        awaitThawed();
        List<Envelope> found = new ArrayList<>();
        long size = 0;
        for (Envelope message : history) {
            boolean in = message.origin().equals(asked.origin())
                    && message.sequence() >= asked.from()
                    && message.sequence() <= asked.to();
            if (in && size > 0 && size + message.memoryBytes() > RangeResponse.MAX_BYTES) {
                return new RangeResponse(asked, found, found.getLast().sequence());
            }
            if (in) {
                found.add(message);
                size += message.memoryBytes();
            }
        }
        return new RangeResponse(asked, found, asked.to());
    }

    @Override
    public void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse) {
        answers.add(rangeResponse);
    }

    @Override
    public SnapshotChunk readSnapshot(long after) {
        awaitThawed();
        return after < holdings.size() ? holdings.get((int) after) : SnapshotChunk.empty(after);
    }

    @Override
    public void snapshotReceived(NodeIncarnation peer, SnapshotChunk some) {
        snapshots.add(some);
    }

    @Override
    public void readyPeersChanged(Set<NodeIncarnation> peers) {
        ready = peers;
    }
}
