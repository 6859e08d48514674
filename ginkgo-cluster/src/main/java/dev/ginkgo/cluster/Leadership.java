package dev.ginkgo.cluster;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * State machine of this node's leadership: the lease it holds, its observers, and the threads that wait for it.
 *
 * <pre>
 *            renewed, higher epoch, in time
 *   follower --------------------------------&gt; leader
 *           &lt;--------------------------------
 *            ended, expired, or a higher epoch
 * </pre>
 *
 * Each transition is reported once, in order. An epoch that has ended never becomes valid again. Thread-safe.
 */
final class Leadership {
    private final ObservableValue<Optional<Lease>> leaseObservers;
    private final WaitQueue changes = new WaitQueue();

    private volatile TimeSource timeSource = TimeSource.system();
    private volatile @Nullable Lease held; // written under this

    // guarded by this
    private @Nullable LeaseTiming timing;
    private @Nullable Epoch latestEpoch;

    Leadership(Executor executor) {
        leaseObservers = new ObservableValue<>(Optional.empty(), executor);
    }

    ObserverRegistration observe(Consumer<? super Optional<Lease>> observer) {
        return leaseObservers.add(observer);
    }

    Optional<Lease> lease() {
        return Optional.ofNullable(held).filter(Lease::valid);
    }

    Lease await() throws InterruptedException {
        if (Thread.interrupted()) { // so that a caller's loop ends even if it finds a valid lease each time
            throw new InterruptedException();
        }
        return await(() -> lease().orElse(null));
    }

    private Lease await(Supplier<@Nullable Lease> probe) throws InterruptedException {
        while (true) {
            Lease found = changes.await(probe, timeSource, WaitQueue.never(timeSource));
            if (found != null) {
                return found;
            }
        }
    }

    synchronized void start(LeaseTiming newTiming, TimeSource newTimeSource) {
        timing = newTiming;
        timeSource = newTimeSource;
        latestEpoch = null;
        leaseObservers.start(Optional.empty());
    }

    synchronized void stop() {
        stepDown();
        timing = null;
        leaseObservers.stop();
    }

    synchronized boolean renewed(Epoch epoch, DualTimestamp start) {
        Lease lease = held;
        if (lease != null && lease.epoch().equals(epoch)) {
            return lease.renew(start) || stepDown();
        }
        if (timing == null || isSuperseded(epoch)) {
            return false;
        }
        stepDown();
        latestEpoch = epoch;
        Lease newLease = new Lease(epoch, start, timing, timeSource);
        if (newLease.valid()) {
            held = newLease;
            leaseObservers.set(Optional.of(newLease));
            changes.signal();
        }
        return newLease.valid();
    }

    /** Epochs of another cluster begin again: the servers of the engine were replaced by empty ones. */
    private boolean isSuperseded(Epoch epoch) {
        return latestEpoch != null && latestEpoch.cluster().equals(epoch.cluster()) && !latestEpoch.isBefore(epoch);
    }

    synchronized void ended(Epoch epoch) {
        Lease lease = held;
        if (lease != null && lease.epoch().equals(epoch)) {
            stepDown();
        }
    }

    /** Records that a leadership with this epoch exists on some node; an older one held here ends. */
    synchronized void observeEpoch(Epoch epoch) {
        Lease lease = held;
        if (lease != null && lease.epoch().isBefore(epoch)) {
            stepDown();
        }
    }

    private boolean stepDown() {
        Lease lease = held;
        if (lease != null) {
            lease.end();
            held = null;
            leaseObservers.set(Optional.empty());
            changes.signal();
        }
        return false;
    }

    /** Reports the expiry of a lease even if no thread asks for it. Body of a task that lives as long as the run. */
    void expireLeases() throws InterruptedException {
        while (true) {
            Lease lease = await(() -> held);
            changes.await(
                    () -> held == lease ? null : true,
                    timeSource,
                    WaitQueue.deadlineAfter(timeSource, lease.remaining()));
            if (!lease.valid()) {
                ended(lease.epoch());
            }
        }
    }
}
