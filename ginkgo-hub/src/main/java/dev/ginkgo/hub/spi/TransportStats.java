package dev.ginkgo.hub.spi;

import java.util.List;

/**
 * Statistics of a transport.
 *
 * @param peers the statistics of each current peer
 * @param rejected inputs from unknown senders, or that could not be decoded
 */
public record TransportStats(List<PeerStats> peers, long rejected) {
    public TransportStats {
        peers = List.copyOf(peers);
    }

    /**
     * Statistics of one peer.
     *
     * @param peer the peer
     * @param ready whether it receives messages from this node
     * @param sent messages sent to it
     * @param dropped messages that this node knows were not sent, because the queue was full or the connection was
     *     closed; only the peer can detect messages lost on the network
     * @param queued bytes waiting to be sent
     * @param reconnects how often its connection was closed and re-established
     */
    public record PeerStats(
            NodeIncarnation peer, boolean ready, long sent, long dropped, long queued, long reconnects) {}
}
