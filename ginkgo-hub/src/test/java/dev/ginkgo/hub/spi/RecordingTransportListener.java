package dev.ginkgo.hub.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Records the calls of the transport of one node; can be frozen, so that calls block. */
public final class RecordingTransportListener implements TransportListener {
    private final Map<NodeIncarnation, List<Envelope>> received = new ConcurrentHashMap<>();
    private final Map<NodeIncarnation, Long> lastHeartbeats = new ConcurrentHashMap<>();
    private final List<Envelope> history = new CopyOnWriteArrayList<>();
    final List<RangeResponse> rangeResponses = new CopyOnWriteArrayList<>();
    volatile List<SnapshotChunk> ownSnapshot = List.of();
    final List<SnapshotChunk> snapshots = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    final Map<NodeIncarnation, Map<NodeIncarnation, Long>> peerPositions = new ConcurrentHashMap<>();
    volatile Map<NodeIncarnation, Long> positions = Map.of();
    volatile Set<NodeIncarnation> ready = Set.of();
    private volatile CountDownLatch thawed = new CountDownLatch(0);

    /** Makes each call block until {@link #thaw}. */
    void freeze() {
        thawed = new CountDownLatch(1);
    }

    void thaw() {
        thawed.countDown();
    }

    private void awaitThawed() {
        try {
            if (!thawed.await(1, TimeUnit.MINUTES)) {
                faults.add("was not thawed within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the messages received from a node, in order. */
    List<Envelope> receivedFrom(NodeIncarnation nodeIncarnation) {
        List<Envelope> messages = received.getOrDefault(nodeIncarnation, List.of());
        synchronized (messages) {
            return List.copyOf(messages);
        }
    }

    List<Long> sequencesFrom(NodeIncarnation nodeIncarnation) {
        return receivedFrom(nodeIncarnation).stream().map(Envelope::sequence).toList();
    }

    /** Returns the last sequence number in the heartbeats of a node; -1 if there was no heartbeat. */
    long lastHeartbeat(NodeIncarnation nodeIncarnation) {
        return lastHeartbeats.getOrDefault(nodeIncarnation, -1L);
    }

    /** Adds a message to the history from which range requests are answered. */
    void addToHistory(Envelope message) {
        history.add(message);
    }

    @Override
    public void heartbeat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> positionsOfPeer) {
        awaitThawed();
        lastHeartbeats.put(peer, last);
        peerPositions.put(peer, positionsOfPeer);
    }

    @Override
    public Map<NodeIncarnation, Long> positions() {
        return positions;
    }

    @Override
    public void received(Envelope message) {
        awaitThawed();
        if (!lastHeartbeats.containsKey(message.origin())) {
            faults.add(message + " was received before the first heartbeat");
        }
        List<Envelope> all = received.computeIfAbsent(message.origin(), nodeIncarnation -> new ArrayList<>());
        synchronized (all) {
            if (!all.isEmpty() && all.getLast().sequence() >= message.sequence()) {
                faults.add(message + " was received after " + all.getLast());
            }
            all.add(message);
        }
    }

    @Override
    public RangeResponse readRange(SequenceRange range) {
        awaitThawed();
        List<Envelope> found = new ArrayList<>();
        long size = 0;
        for (Envelope message : history) {
            boolean in = message.origin().equals(range.origin())
                    && message.sequence() >= range.from()
                    && message.sequence() <= range.to();
            if (in && size > 0 && size + message.memoryBytes() > RangeResponse.MAX_BYTES) {
                return new RangeResponse(range, found, found.getLast().sequence());
            }
            if (in) {
                found.add(message);
                size += message.memoryBytes();
            }
        }
        return new RangeResponse(range, found, range.to());
    }

    @Override
    public void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse) {
        rangeResponses.add(rangeResponse);
    }

    @Override
    public SnapshotChunk readSnapshot(long after) {
        awaitThawed();
        return after < ownSnapshot.size() ? ownSnapshot.get((int) after) : SnapshotChunk.empty(after);
    }

    @Override
    public void snapshotReceived(NodeIncarnation peer, SnapshotChunk chunk) {
        snapshots.add(chunk);
    }

    @Override
    public void readyPeersChanged(Set<NodeIncarnation> peers) {
        ready = peers;
    }
}
