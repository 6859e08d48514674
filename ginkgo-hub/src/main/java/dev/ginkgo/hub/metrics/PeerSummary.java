package dev.ginkgo.hub.metrics;

/**
 * Numbers about the peers of a hub.
 *
 * @param ready number of peers that receive from this node
 * @param fenced number of messages rejected because of an older epoch
 * @param dropped number of messages not sent to current peers, which were too slow or unreachable; they request what
 *     they miss
 * @param queued number of bytes queued for peers
 */
public record PeerSummary(int ready, long fenced, long dropped, long queued) {
    /** Summary of a hub that is not part of a cluster. */
    public static final PeerSummary NONE = new PeerSummary(0, 0, 0, 0);
}
