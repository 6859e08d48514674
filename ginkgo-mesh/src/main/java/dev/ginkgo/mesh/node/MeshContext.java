package dev.ginkgo.mesh.node;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * State that the tasks of one run of the engine share: identity of the node, coordinator listener, and progress of a
 * graceful departure. Thread-safe.
 */
public final class MeshContext {
    /** Several times as long as two groups of nodes take to merge views again; up to 14 s have been measured. */
    private static final Duration HOLD_OFF = Duration.ofMinutes(1);

    private final NodeConfig config;
    private final TimeSource timeSource;
    private final CoordinatorListener listener;
    private final long incarnation;
    private final WakeableTimer membershipTimer = new WakeableTimer(TimeSource.system());
    private final WakeableTimer leaseTimer = new WakeableTimer(TimeSource.system());
    private final AtomicLong joinCount = new AtomicLong();
    private final CountDownLatch resigned = new CountDownLatch(1);
    private final SharedSettings sharedSettings;
    private volatile @Nullable DualTimestamp otherClusterMetAt;
    private volatile @Nullable DualTimestamp rejectedAt;
    private volatile @Nullable DualTimestamp steppedDownAt;
    private volatile Member self;
    private volatile boolean leaving;

    /**
     * @param coordinatorListener receives membership and leadership; several tasks call it concurrently
     */
    public MeshContext(
            NodeConfig nodeConfig, TimeSource timeSource, Member self, CoordinatorListener coordinatorListener) {
        this.config = nodeConfig;
        this.timeSource = timeSource;
        this.self = self;
        this.listener = coordinatorListener;
        incarnation = self.incarnation();
        sharedSettings = new SharedSettings(nodeConfig.policy(), coordinatorListener.leaseTiming());
    }

    public NodeConfig config() {
        return config;
    }

    public TimeSource time() {
        return timeSource;
    }

    public CoordinatorListener listener() {
        return listener;
    }

    public String name() {
        return self.name();
    }

    public long incarnation() {
        return incarnation;
    }

    /** Returns this node's entry in the membership. */
    public Member self() {
        return self;
    }

    /** Replaces this node's entry in the membership; it is announced to the other nodes soon. */
    public void update(Member changed) {
        self = changed;
        wakeTasks();
    }

    /** Returns what this node announces to the others. */
    public NodeAnnouncement announcement(String cluster) {
        return new NodeAnnouncement(self, cluster, leaving, config.expectedNodes(), sharedSettings);
    }

    /** Returns the number of the next entry into the view, counted from 1 in each incarnation. */
    public long nextJoin() {
        return joinCount.incrementAndGet();
    }

    /** Returns the settings of this node that must be the same on all nodes. */
    public SharedSettings sharedSettings() {
        return sharedSettings;
    }

    /** Wakes the membership task. */
    public WakeableTimer membershipTimer() {
        return membershipTimer;
    }

    /** Wakes the lease task. */
    public WakeableTimer leaseTimer() {
        return leaseTimer;
    }

    /** Wakes both tasks. */
    public void wakeTasks() {
        membershipTimer.wake();
        leaseTimer.wake();
    }

    /** Starts the graceful departure of this node. */
    public void startLeaving() {
        leaving = true;
        wakeTasks();
    }

    public boolean isLeaving() {
        return leaving;
    }

    /** Records that this node no longer leads and will not lead again in this run. */
    public void resign() {
        resigned.countDown();
        wakeTasks();
    }

    public boolean hasResigned() {
        return resigned.getCount() == 0;
    }

    /** Waits until this node has resigned, at most for the given time; returns whether it has. */
    public boolean awaitResigned(Duration atMost) throws InterruptedException {
        return resigned.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Requests that this node gives up its leadership. It does not lead for one takeover delay. */
    public void stepDown() {
        steppedDownAt = DualTimestamp.now(timeSource);
        wakeTasks();
    }

    /** Returns whether this node was requested to give up its leadership within the last takeover delay. */
    public boolean isSteppingDown() {
        DualTimestamp at = steppedDownAt;
        return at != null
                && at.elapsedMonotonic(timeSource)
                                .compareTo(listener.leaseTiming().takeoverDelay())
                        < 0;
    }

    /** Records that this node had to step down in favor of another, larger cluster. */
    public void recordOtherCluster() {
        otherClusterMetAt = DualTimestamp.now(timeSource);
    }

    /** Records that the other nodes in the view have rejected this one, because its settings differ from theirs. */
    public void recordRejection() {
        rejectedAt = DualTimestamp.now(timeSource);
    }

    /** Records that other nodes are in the view and none has settings that differ from this node's. */
    public void recordAgreement() {
        rejectedAt = null;
    }

    /**
     * Returns whether this node stepped down in favor of another cluster, or was rejected because of its settings,
     * within the last minute. If so it must not lead: the other nodes have their own leader, and the views merge again
     * as soon as the nodes discover each other.
     */
    public boolean mustNotLead() {
        return isRecent(otherClusterMetAt) || isRecent(rejectedAt);
    }

    private boolean isRecent(@Nullable DualTimestamp event) {
        return event != null && event.elapsedMonotonic(timeSource).compareTo(HOLD_OFF) < 0;
    }
}
