package dev.ginkgo.cluster.spi;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import java.util.List;

/**
 * A node's seat in the cluster: what an engine tells it. Implemented by the cluster, called by its engine.
 *
 * <p>May be called on any thread, also with a lock of the engine held: the calls take a few microseconds, run no user
 * code and do not call back. The engine makes the calls one after another, in the order in which things came about.
 * Calls after {@link Coordinator#leave} have no effect.
 */
public interface CoordinatorListener {

    /** What a lease here is worth. */
    LeaseTiming leaseTiming();

    /**
     * The roster has changed, or is known for the first time.
     *
     * @param members all of them, this node included, each name once, in the same order on all nodes where the engine
     *     can give one
     */
    void rosterChanged(List<Member> members);

    /**
     * A node leads: a renewal of its lease was committed. Told at every node, the leader included, with the first
     * renewal that it learns of under an epoch, or later if it was away; at the leader before {@link #leaseRenewed}. What is
     * of an older epoch than the last one told has no effect.
     */
    void leaderChanged(String name, Epoch epoch);

    /**
     * A renewal of this node's lease was committed. The first one under an epoch is its promotion.
     *
     * @param epoch higher than that of every leadership before it, in the whole cluster
     * @param start taken <em>before</em> the renewal was sent: from there the lease counts
     * @return whether the lease holds. If not, it had run out before this call (the node was frozen, or the commit took
     *     too long): this leadership is over for good, and the engine gives it up; a later one needs a higher epoch
     */
    boolean leaseRenewed(Epoch epoch, DualTimestamp start);

    /** This node's leadership is over: it was resigned, or another node has a higher epoch. */
    void leaseEnded(Epoch epoch);
}
