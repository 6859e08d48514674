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
 * State of this node that the tasks of one run of the engine share: its identity, its listener in the cluster, and how far
 * it is with leaving. Thread-safe.
 */
public final class MeshContext {
    /** Several times as long as two clusters take to meet again; up to 14 s have been measured. */
    private static final Duration STRANGERS = Duration.ofMinutes(1);

    private final NodeConfig site;
    private final TimeSource time;
    private final CoordinatorListener seat;
    private final long incarnation;
    private final WakeableTimer members = new WakeableTimer(TimeSource.system());
    private final WakeableTimer lease = new WakeableTimer(TimeSource.system());
    private final AtomicLong entries = new AtomicLong();
    private final CountDownLatch resigned = new CountDownLatch(1);
    private volatile @Nullable DualTimestamp metStrangers;
    private volatile Member self;
    private volatile boolean leaving;

    /**
     * @param seat receives membership and leadership; several tasks call it concurrently
     */
    public MeshContext(NodeConfig site, TimeSource time, Member self, CoordinatorListener seat) {
        this.site = site;
        this.time = time;
        this.self = self;
        this.seat = seat;
        incarnation = self.incarnation();
    }

    public NodeConfig site() {
        return site;
    }

    public TimeSource time() {
        return time;
    }

    public CoordinatorListener seat() {
        return seat;
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

    public void update(Member changed) {
        self = changed;
        ring();
    }

    /** Returns what this node announces to the others. */
    public NodeAnnouncement row(String cluster) {
        return new NodeAnnouncement(self, cluster, leaving, site.expect());
    }

    /** Returns the number of the next entry into the view, counted from 1 in each incarnation. */
    public long nextEntry() {
        return entries.incrementAndGet();
    }

    /** Wakes the membership task. */
    public WakeableTimer members() {
        return members;
    }

    /** Wakes the lease task. */
    public WakeableTimer lease() {
        return lease;
    }

    /** Wakes both tasks. */
    public void ring() {
        members.wake();
        lease.wake();
    }

    /** Starts the orderly departure of this node. */
    public void leave() {
        leaving = true;
        ring();
    }

    public boolean isLeaving() {
        return leaving;
    }

    /** Records that this node no longer leads and will not lead again in this run. */
    public void resign() {
        resigned.countDown();
        ring();
    }

    public boolean hasResigned() {
        return resigned.getCount() == 0;
    }

    /** Waits until this node has resigned, at most for the given time; returns whether it has. */
    public boolean awaitResigned(Duration atMost) throws InterruptedException {
        return resigned.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Records that this node had to give way to the nodes of another cluster. */
    public void meetStrangers() {
        metStrangers = DualTimestamp.of(time);
    }

    /**
     * Returns whether this node gave way to another cluster recently. If so it must not lead: the others have a leader of
     * their own, and merge with this node again as soon as they meet it.
     */
    public boolean isAmongStrangers() {
        DualTimestamp met = metStrangers;
        return met != null && met.surely(time).compareTo(STRANGERS) < 0;
    }
}
