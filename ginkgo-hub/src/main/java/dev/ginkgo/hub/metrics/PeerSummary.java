package dev.ginkgo.hub.metrics;

/**
 * What a hub has to say of the others.
 *
 * @param ready how many hear this node
 * @param fenced how many messages were kept out because the leadership they were published under is over
 * @param dropped messages that those who are there were not sent, as they took too few or were not to be reached; they
 *     ask for what they miss
 * @param queued bytes that wait for them
 */
public record PeerSummary(int ready, long fenced, long dropped, long queued) {
    /** Of a hub that knows of no others. */
    public static final PeerSummary NONE = new PeerSummary(0, 0, 0, 0);
}
