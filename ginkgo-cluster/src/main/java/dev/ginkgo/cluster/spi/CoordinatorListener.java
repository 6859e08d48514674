package dev.ginkgo.cluster.spi;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import java.util.List;

/**
 * Receives membership and leadership events of one node. Implemented by the cluster, called by its engine.
 *
 * <p>The methods may be called on any thread, also while the engine holds a lock: they take a few microseconds, run no
 * user code and do not call back into the engine. The engine makes the calls sequentially, in the order of the events.
 * Calls after {@link Coordinator#leave} have no effect.
 */
public interface CoordinatorListener {

    /** Returns the timing of leases in this cluster. */
    LeaseTiming leaseTiming();

    /**
     * Called when the roster has changed or is known for the first time.
     *
     * @param members all members including this node, each name once; in the same order on all nodes if the engine can
     *     provide one
     */
    void rosterChanged(List<Member> members);

    /**
     * Called when a renewal of a leader's lease was committed. The engine calls it on every node, including the leader,
     * with the first renewal of an epoch that the node learns of, or later if the node was unreachable; on the leader
     * before {@link #leaseRenewed}. An epoch older than the last one reported has no effect.
     *
     * @param name the name of the leader
     * @param epoch the epoch of its leadership
     */
    void leaderChanged(String name, Epoch epoch);

    /**
     * Called when a renewal of this node's own lease was committed. The first renewal under an epoch promotes the node.
     *
     * @param epoch higher than that of every earlier leadership in the whole cluster
     * @param start taken <em>before</em> the renewal was sent: the lease counts from there
     * @return whether the lease is valid. If not, it had expired before this call (the node was frozen, or the commit
     *     took too long): this leadership has ended and the engine gives it up; a later one needs a higher epoch
     */
    boolean leaseRenewed(Epoch epoch, DualTimestamp start);

    /** Called when this node's leadership has ended: it resigned, or another node has a higher epoch. */
    void leaseEnded(Epoch epoch);
}
