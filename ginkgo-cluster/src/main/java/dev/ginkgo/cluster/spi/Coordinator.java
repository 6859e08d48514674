package dev.ginkgo.cluster.spi;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.model.Member;
import java.util.List;

/**
 * Base class of coordination engines. An engine maintains the roster of the nodes and elects one of them as the leader.
 * It is a service, the child of the cluster it works for; it is started before {@link #join} and stopped after {@link
 * #leave}. {@code CoordinatorContract} tests the guarantees that every engine gives:
 *
 * <ul>
 *   <li><b>Roster.</b> Every node that has joined learns of every other node, of those that leave and, within the
 *       engine's documented detection time, of those that died. Of two nodes with the same name the one with the higher
 *       incarnation stays, and the end of the other one does not remove it.
 *   <li><b>Leadership.</b> At most one node holds a valid lease at a time. The holder commits a renewal every {@link
 *       LeaseTiming#renewalInterval()}. It takes the {@link DualTimestamp} of each renewal before sending it, and calls
 *       {@link CoordinatorListener#leaseRenewed} after the commit, never before. It calls {@link
 *       CoordinatorListener#leaseEnded} as soon as it learns that it is no longer the leader; if it learns nothing, the
 *       lease expires on its own.
 *   <li><b>Takeover.</b> A new leader is promoted only when no older lease can be valid: {@link
 *       LeaseTiming#takeoverDelay()} after it received the last renewal of an older epoch; or a full takeover delay
 *       after its own start if it cannot know of one; or immediately if the older lease was released. It measures the
 *       delay with {@link DualTimestamp#elapsedMonotonic}, because its own wall clock may jump while the holder's does
 *       not.
 *   <li><b>Epochs</b> grow strictly with every leadership, over the whole cluster and its whole lifetime: a Raft term,
 *       or the revision of a key.
 * </ul>
 *
 * <p>While the other nodes, or the servers of the engine, are unreachable, an engine reports it with {@code
 * degraded("waiting for 10.0.0.1:4440")} and keeps trying. It fails only if further attempts cannot succeed.
 */
public abstract class Coordinator extends Service {

    /** Creates the service; nothing may be opened here. */
    protected Coordinator() {}

    /**
     * Returns what this engine supports. A configuration of {@code [cluster]} that it does not support is rejected
     * before anything starts. Called also before the settings of this service are bound, so the result must not depend
     * on them; constant. The default implementation returns {@link CoordinatorCapabilities#unrestricted()}.
     */
    public CoordinatorCapabilities capabilities() {
        return CoordinatorCapabilities.unrestricted();
    }

    /**
     * Prepares to join: validates the configuration and reads the state stored by earlier runs. Called once in each run
     * of this service, before {@link #join}, within the start timeout of the cluster; must not wait for other nodes.
     * The default implementation stores nothing and returns the wall clock in milliseconds.
     *
     * <p>An engine that stores state returns a counter: the wall clock in milliseconds, or one more than the last
     * result if that is higher. An engine whose counter is on servers waits for these for a short time only. If it
     * cannot reach them, it is {@link #degraded} with the reason and returns the wall clock, so that the node starts
     * and serves alone; when it reaches them, it raises the counter to at least this result.
     *
     * @return the incarnation of this run of the node, higher than those of all runs before it
     * @throws Exception if this node can never join with its configuration; the start fails, and the message says what
     *     to change
     */
    public long prepare(NodeConfig nodeConfig) throws Exception {
        return now().toEpochMilli();
    }

    /**
     * Joins the cluster. Called once in each run of this service, when the cluster starts; from now on the engine calls
     * {@code coordinatorListener}. Returns without waiting for other nodes.
     *
     * @param self this node, as the roster will show it
     * @param coordinatorListener receives membership and leadership events
     * @throws Exception if this node can never join with its configuration; the start fails
     */
    public abstract void join(Member self, CoordinatorListener coordinatorListener) throws Exception;

    /**
     * Replaces this node's entry in the roster. Called between {@code join} and {@code leave}, on any thread; must not
     * block.
     */
    public abstract void update(Member self);

    /**
     * Returns the names of the nodes that vote in elections, as this node knows them; empty if the engine has no voters
     * or does not know them yet. Thread-safe; must not block. The default implementation returns an empty list.
     */
    public List<String> voters() {
        return List.of();
    }

    /**
     * Gives up the leadership of this node: releases the lease, so that another node can lead at once, and calls {@link
     * CoordinatorListener#leaseEnded}. This node does not campaign for one {@link LeaseTiming#takeoverDelay()}. Returns
     * without waiting for that. Called on any thread. The default implementation throws UnsupportedOperationException.
     *
     * @throws IllegalStateException if this node has not joined or does not lead, or no other node could; nothing has
     *     changed
     * @throws UnsupportedOperationException if the engine cannot do this; the message says why
     */
    public void stepDown() {
        throw new UnsupportedOperationException("this coordination engine cannot hand over the leadership;"
                + " stop the leader's node, and another one leads");
    }

    /**
     * Removes a voter that is permanently gone, so that it does not count for the majority any more. If its node comes back,
     * it joins again. Called on any thread; blocks until the change is committed, for at most ten seconds. The default
     * implementation throws UnsupportedOperationException.
     *
     * @param name one of {@link #voters()}
     * @throws IllegalStateException if this node has not joined or does not lead, if the node is not a voter or is present, if the remaining
     *     voters that are present would not be a majority, or if the change was not committed in time; the message says
     *     what to do
     * @throws UnsupportedOperationException if the engine has no voters; the message says why
     * @throws InterruptedException if the calling thread is interrupted; the change may still be committed
     */
    public void removeVoter(String name) throws InterruptedException {
        throw new UnsupportedOperationException(
                "this coordination engine has no voters; a node that is gone leaves the cluster by itself");
    }

    /**
     * Leaves the cluster gracefully: releases a lease that this node holds, so that the next leader need not wait, and
     * removes the node from the roster. Called once after each {@code join}, when the cluster stops, within the
     * deadline of the stop and while this service still runs.
     *
     * @throws Exception if leaving failed; the exception is reported
     */
    public abstract void leave() throws Exception;
}
