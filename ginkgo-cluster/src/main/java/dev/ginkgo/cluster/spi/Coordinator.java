package dev.ginkgo.cluster.spi;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.model.Member;

/**
 * An engine of coordination: it keeps the roster of the nodes and elects one of them. An engine is a service, the
 * child of the cluster that it works for, and is started before {@link #join} and stopped after {@link #leave}. The
 * promises that every engine keeps are tested by {@code CoordinatorContract}:
 *
 * <ul>
 *   <li><b>Roster.</b> Every node that has joined is told of every other, of those that leave, and, within the engine's
 *       stated detection time, of those that died. Of two nodes with one name the one with the higher incarnation
 *       stays, and the end of the other does not remove it.
 *   <li><b>Leadership.</b> At most one node holds a valid lease at a time. The holder commits a renewal every {@link
 *       LeaseTiming#renewalInterval()}, takes the {@link DualTimestamp} of each before it sends it, and tells the seat when it is committed,
 *       never before. It calls {@link CoordinatorListener#leaseEnded} as soon as it learns that it leads no longer; if it learns nothing,
 *       the lease runs out by itself.
 *   <li><b>Succession.</b> A new leader is told so only when no older lease can be valid: {@link LeaseTiming#takeoverDelay()}
 *       after its own receipt of the last renewal of an older epoch, or a full succession after its start if it
 *       cannot know, or at once if the older lease was released. It waits by {@link DualTimestamp#elapsedMonotonic}: its wall clock may
 *       jump, the holder's does not jump with it.
 *   <li><b>Epochs</b> grow strictly with every leadership, over the whole cluster and its whole life: a Raft term, the
 *       revision of a key.
 * </ul>
 *
 * <p>While the other nodes cannot be reached, an engine says so by {@code degraded("waiting for 10.0.0.1:4440")}, and
 * tries on. It fails only if trying on is of no use.
 */
public abstract class Coordinator extends Service {

    protected Coordinator() {}

    /**
     * Prepares to join: looks at what the configuration says and at what is kept from runs before. Called once in each
     * run of this service, before {@link #join}; does not wait for other nodes. By default it does nothing, and as
     * nothing is kept, the number is the wall clock, in milliseconds; an engine that keeps state counts.
     *
     * @return a number for this start of the node, higher than those of all its starts before
     * @throws Exception if this node can never join as it is configured; the start fails, and the message says what to
     *     change
     */
    public long prepare(NodeConfig nodeConfig) throws Exception {
        return now().toEpochMilli();
    }

    /**
     * Enters the cluster. Called once in each run of this service, by the cluster's start; from here on the engine
     * tells the seat. Returns without waiting for other nodes.
     *
     * @throws Exception if this node can never join as it is configured; the start fails
     */
    public abstract void join(Member self, CoordinatorListener coordinatorListener) throws Exception;

    /** What the roster says of this node has changed. Called between join and leave, on any thread; does not wait. */
    public abstract void update(Member self);

    /**
     * Leaves in order: a lease that is held is released, so that the successor need not wait, and the node leaves the
     * roster. Called once after each join by the cluster's stop, with the stop's deadline upon it; this service still
     * runs. What it throws is reported.
     */
    public abstract void leave() throws Exception;
}
