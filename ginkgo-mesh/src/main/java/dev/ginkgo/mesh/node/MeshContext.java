package dev.ginkgo.mesh;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Site;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * State of this node that the tasks of one run of the engine share: its identity, its listener in the cluster, and how far
 * it is with leaving. Thread-safe.
 */
final class Node {
    /** Several times as long as two clusters take to meet again; up to 14 s have been measured. */
    private static final Duration STRANGERS = Duration.ofMinutes(1);

    private final Site site;
    private final Time time;
    private final Seat seat;
    private final long incarnation;
    private final WakeableTimer members = new WakeableTimer(Time.system());
    private final WakeableTimer lease = new WakeableTimer(Time.system());
    private final AtomicLong entries = new AtomicLong();
    private final CountDownLatch resigned = new CountDownLatch(1);
    private volatile @Nullable Stamp metStrangers;
    private volatile Member self;
    private volatile boolean leaving;

    /**
     * @param seat receives membership and leadership; several tasks call it concurrently
     */
    Node(Site site, Time time, Member self, Seat seat) {
        this.site = site;
        this.time = time;
        this.self = self;
        this.seat = seat;
        incarnation = self.incarnation();
    }

    Site site() {
        return site;
    }

    Time time() {
        return time;
    }

    Seat seat() {
        return seat;
    }

    String name() {
        return self.name();
    }

    long incarnation() {
        return incarnation;
    }

    /** Returns this node's entry in the membership. */
    Member self() {
        return self;
    }

    void update(Member changed) {
        self = changed;
        ring();
    }

    /** Returns what this node announces to the others. */
    Row row(String cluster) {
        return new Row(self, cluster, leaving, site.expect());
    }

    /** Returns the number of the next entry into the view, counted from 1 in each incarnation. */
    long nextEntry() {
        return entries.incrementAndGet();
    }

    /** Wakes the membership task. */
    WakeableTimer members() {
        return members;
    }

    /** Wakes the lease task. */
    WakeableTimer lease() {
        return lease;
    }

    /** Wakes both tasks. */
    void ring() {
        members.wake();
        lease.wake();
    }

    /** Starts the orderly departure of this node. */
    void leave() {
        leaving = true;
        ring();
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Records that this node no longer leads and will not lead again in this run. */
    void resign() {
        resigned.countDown();
        ring();
    }

    boolean hasResigned() {
        return resigned.getCount() == 0;
    }

    /** Waits until this node has resigned, at most for the given time; returns whether it has. */
    boolean awaitResigned(Duration atMost) throws InterruptedException {
        return resigned.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Records that this node had to give way to the nodes of another cluster. */
    void meetStrangers() {
        metStrangers = Stamp.of(time);
    }

    /**
     * Returns whether this node gave way to another cluster recently. If so it must not lead: the others have a leader of
     * their own, and merge with this node again as soon as they meet it.
     */
    boolean isAmongStrangers() {
        Stamp met = metStrangers;
        return met != null && met.surely(time).compareTo(STRANGERS) < 0;
    }
}
