package dev.ginkgo.hub.spi;

import java.util.Map;
import java.util.Set;

/**
 * Listener for the input that a transport receives from peers. Implemented by the hub.
 *
 * <p>Any thread of the transport may call, several at a time; but calls of {@link #heartbeat} and {@link #received} for
 * one peer are made one after another, in the order in which the peer sent them. A slow call would delay further input,
 * so no implementation blocks. Implementations may call {@link Transport#requestRange}.
 */
public interface TransportListener {
    /** Maximum number of origins in {@link #positions}. */
    int MAX_POSITIONS = 64;

    /**
     * Processes a heartbeat of a peer: every message up to {@code last} was sent before, or was lost. It is the first
     * input on a connection, and is repeated every second while there are no messages.
     *
     * @param others the {@link #positions} of the peer
     */
    void heartbeat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> others);

    /**
     * Returns the last received sequence number of each known origin, without this node itself; at most {@value
     * #MAX_POSITIONS}. It is sent with every heartbeat, so that a peer detects messages it has missed from an origin
     * that it cannot reach or that is gone.
     */
    Map<NodeIncarnation, Long> positions();

    /**
     * Processes a message that a peer has published. Each message is passed at most once, in the order of its origin;
     * sequence numbers may be missing.
     */
    void received(Envelope message);

    /** Returns the retained messages of a range that a peer has requested. Answered from memory, without blocking. */
    RangeResponse readRange(SequenceRange requested);

    /** Processes the response to {@link Transport#requestRange}. */
    void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse);

    /** Returns the next chunk of the snapshot for a starting peer. Answered from memory, without blocking. */
    SnapshotChunk readSnapshot(long after);

    /** Processes the response to {@link Transport#requestSnapshot}. */
    void snapshotReceived(NodeIncarnation peer, SnapshotChunk chunk);

    /**
     * Notifies of the peers that are {@linkplain Transport#readyPeers ready} now. Called after each change, one call at
     * a time.
     */
    void readyPeersChanged(Set<NodeIncarnation> peers);
}
