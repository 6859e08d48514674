package dev.ginkgo.hub;

import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.util.Set;

/**
 * The store as it is seen by what brings in the messages of other nodes. No call waits for anything, or throws: what
 * cannot be taken is counted and told like what is lost.
 */
interface Ledger {
    /**
     * Takes a message of another node, or keeps it out, and tells it as lost, if the leadership that it was published under
     * is over. Those of one origin come in their order, each once.
     */
    void relay(Envelope message);

    /** Some messages of another node will not come; called before {@link #relay} of the next one. */
    void lost(Loss loss);

    /** What is held of a stretch of any origin, this node included. */
    Answer answer(Stretch asked);

    /** There is this life of another node, or was; all that is published in it will come, or is told as lost. */
    void met(Origin life);

    // ---- when a node begins

    /** All that is held here, from a place on, as far as this ledger knows: positions only of this node. */
    Holdings holdings(long after, Origin self);

    /** Takes what another node holds, before anything else comes. */
    void inherit(Holdings some);

    /** What was to be taken over cannot be had to its end. */
    void disinherit();

    /**
     * Messages that nobody could be asked for.
     *
     * @param stretch which
     * @param sound channels that have lost nothing by it, as what came after says; of all others nobody knows, and
     *     their readers are told
     * @param beforeUs whether all of it was published before this node had begun: then no reader has waited for it, and
     *     only one who resumes is told
     */
    record Loss(Stretch stretch, Set<String> sound, boolean beforeUs) {}
}
