package dev.ginkgo.hub.spi;

import java.util.Map;
import java.util.Set;

/**
 * Where a transport puts what peers say. Implemented by the hub.
 *
 * <p>Any thread of the transport may call, several at a time; only {@link #heartbeat} and {@link #received} about one peer
 * come one after another, in the order in which that peer spoke. A call that takes its time delays what that peer, or
 * any other, says next; so none waits for anything. It may call {@link Transport#requestRange}.
 */
public interface TransportListener {
    /** The most origins of which a node tells how far it is. */
    int MAX_POSITIONS = 64;

    /**
     * A peer says how far it has published: all up to {@code last} was said before, or is lost on the way. Comes
     * first when a connection is made, and then every second while there is nothing else to say.
     *
     * @param others the {@link #positions} of the peer
     */
    void heartbeat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> others);

    /**
     * How far this node is with each origin that it knows of, itself left out; {@value #MAX_POSITIONS} at most. It goes
     * with every beat, so that a node learns what it has missed of one that it cannot hear, or that is gone.
     */
    Map<NodeIncarnation, Long> positions();

    /** A peer has published this. Each message comes once at most, in the order of its origin, perhaps with holes. */
    void received(Envelope message);

    /** A peer has asked for a stretch of the history. Answered from memory, at once. */
    RangeResponse readRange(SequenceRange asked);

    /** A peer has answered what {@link Transport#requestRange} asked. */
    void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse);

    /** A peer that begins has asked for all that is held here, from a place on. Answered from memory, at once. */
    SnapshotChunk readSnapshot(long after);

    /** A peer has answered what {@link Transport#requestSnapshot} asked. */
    void snapshots(NodeIncarnation peer, SnapshotChunk some);

    /** The peers that are {@linkplain Transport#readyPeers ready} now; called at each change, one at a time. */
    void readyPeersChanged(Set<NodeIncarnation> peers);
}
