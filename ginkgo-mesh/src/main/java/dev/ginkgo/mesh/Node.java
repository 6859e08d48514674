package dev.ginkgo.mesh;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.spi.Site;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.config.Address;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the tasks of one run of the engine share. */
final class Node {
    /** Several times what it takes the two to meet again: fourteen seconds have been seen. */
    private static final Duration STRANGERS = Duration.ofMinutes(1);

    final Site site;
    final Options options;
    final DataFolder folder;
    final long incarnation;
    final Time time;
    final Seats seats;
    final Receipts receipts;
    final Guard guard;

    /** Told what keeps this node from doing its work, or that nothing does. */
    final Consumer<Optional<String>> health;

    /** Where others have said that they are; empty if this node does not listen for it. */
    final Supplier<Collection<Address>> heard;

    /** Wakes the task that looks after the members. */
    final WakeableTimer members = new WakeableTimer(Time.system());

    /** Wakes the task that looks after the lease. */
    final WakeableTimer lease = new WakeableTimer(Time.system());

    /** How often it has entered the view. */
    final AtomicLong entries = new AtomicLong();

    /** Down to zero when this node leads no more, and will not again in this run. */
    final CountDownLatch resigned = new CountDownLatch(1);

    private volatile @Nullable Stamp metStrangers;
    volatile Member self;
    volatile boolean leaving;
    volatile @Nullable Stay stay;

    Node(
            Site site,
            Options options,
            DataFolder folder,
            Time time,
            Guard guard,
            Member self,
            Seats seats,
            Supplier<Collection<Address>> heard,
            Consumer<Optional<String>> health) {
        this.site = site;
        this.options = options;
        this.folder = folder;
        this.incarnation = self.incarnation();
        this.time = time;
        this.guard = guard;
        this.self = self;
        this.seats = seats;
        this.heard = heard;
        this.health = health;
        receipts = new Receipts(time);
    }

    String name() {
        return self.name();
    }

    /** It had to give way to nodes of another cluster. */
    void meetStrangers() {
        metStrangers = Stamp.of(time);
    }

    /**
     * Whether that was lately. Then it leads nobody: the others have a leader of their own, and will come again as soon as
     * this node has gone.
     */
    boolean isAmongStrangers() {
        Stamp met = metStrangers;
        return met != null && met.surely(time).compareTo(STRANGERS) < 0;
    }

    /** What it says of itself. */
    Row row(String cluster) {
        return new Row(self, cluster, leaving, site.expect());
    }

    void ring() {
        members.wake();
        lease.wake();
    }
}
