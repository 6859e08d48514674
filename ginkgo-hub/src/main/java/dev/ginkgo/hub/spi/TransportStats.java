package dev.ginkgo.hub.spi;

import java.util.List;

/**
 * What a transport has done.
 *
 * @param peers each of the present peers
 * @param rejected what came from strangers, or could not be understood
 */
public record TransportStats(List<PeerStats> peers, long rejected) {
    public TransportStats {
        peers = List.copyOf(peers);
    }

    /**
     * One peer.
     *
     * @param peer which
     * @param ready whether it hears this node
     * @param sent messages handed on to it
     * @param dropped messages of which this node knows that they did not leave: the queue was full, or the connection
     *     was gone. What is lost on the way is seen by the peer only
     * @param queued bytes that wait for it
     * @param reconnects how often its connection was given up and made anew
     */
    public record PeerStats(
            NodeIncarnation peer, boolean ready, long sent, long dropped, long queued, long reconnects) {}
}
