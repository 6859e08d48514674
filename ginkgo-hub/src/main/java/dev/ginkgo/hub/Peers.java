package dev.ginkgo.hub;

/**
 * What a hub has to say of the others.
 *
 * @param ready how many hear this node
 * @param fenced how many messages were kept out because the leadership they were published under is over
 */
record Peers(int ready, long fenced) {
    /** Of a hub that knows of no others. */
    static final Peers NONE = new Peers(0, 0);
}
