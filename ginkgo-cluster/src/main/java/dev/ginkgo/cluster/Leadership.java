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
 * Whether this node leads: the lease that it holds, those who want to know, those who wait for it.
 *
 * <pre>
 *            renewed, higher epoch, in time
 *   follows --------------------------------&gt; leads
 *           &lt;--------------------------------
 *            ended, or run out, or a higher epoch
 * </pre>
 *
 * Each arrow is told once, in order. An epoch that is over stays over.
 */
final class Leadership {
    private final ObservableValue<Optional<Lease>> observableValue;
    private final WaitQueue changes = new WaitQueue();

    private volatile TimeSource timeSource = TimeSource.system();
    private volatile @Nullable Lease held; // written under this

    // guarded by this
    private @Nullable LeaseTiming timing;
    private @Nullable Epoch latestEpoch;

    Leadership(Executor executor) {
        observableValue = new ObservableValue<>(Optional.empty(), executor);
    }

    ObserverRegistration observe(Consumer<? super Optional<Lease>> observer) {
        return observableValue.add(observer);
    }

    Optional<Lease> lease() {
        return Optional.ofNullable(held).filter(Lease::valid);
    }

    Lease await() throws InterruptedException {
        if (Thread.interrupted()) { // also ends a loop that finds a valid lease each time
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

    synchronized void start(LeaseTiming newTerms, TimeSource newTime) {
        timing = newTerms;
        timeSource = newTime;
        latestEpoch = null;
        observableValue.start(Optional.empty());
    }

    synchronized void stop() {
        stepDown();
        timing = null;
        observableValue.stop();
    }

    synchronized boolean renewed(Epoch epoch, DualTimestamp start) {
        Lease lease = held;
        if (lease != null && lease.epoch().equals(epoch)) {
            return lease.renew(start) || stepDown();
        }
        if (timing == null || (latestEpoch != null && !latestEpoch.isBefore(epoch))) {
            return false;
        }
        stepDown();
        latestEpoch = epoch;
        Lease fresh = new Lease(epoch, start, timing, timeSource);
        if (fresh.valid()) {
            held = fresh;
            observableValue.set(Optional.of(fresh));
            changes.signal();
        }
        return fresh.valid();
    }

    synchronized void ended(Epoch epoch) {
        Lease lease = held;
        if (lease != null && lease.epoch().equals(epoch)) {
            stepDown();
        }
    }

    /** There is this leadership, of whichever node; an older one is over. */
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
            observableValue.set(Optional.empty());
            changes.signal();
        }
        return false;
    }

    /** Sees to it that a lease which runs out is told, though nobody asks for it. A task for the length of a run. */
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
