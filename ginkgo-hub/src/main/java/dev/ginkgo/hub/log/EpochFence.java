package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.cluster.model.Epoch;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps out what was published under a leadership that is known to be over. It learns of a new one from whatever is
 * published under it, and from the election. Any thread may call.
 */
public final class EpochFence {
    private final Map<String, Epoch> latestEpochs = new ConcurrentHashMap<>();
    private final LongAdder rejected = new LongAdder();

    /** There is this leadership. */
    public void observe(Epoch epoch) {
        latestEpochs.merge(epoch.cluster(), epoch, (known, told) -> known.isBefore(told) ? told : known);
    }

    /** Whether a message is to be delivered; if not, it is counted. What is under no leadership always is. */
    public boolean admits(Optional<Epoch> epoch) {
        if (epoch.isEmpty()) {
            return true;
        }
        observe(epoch.get());
        boolean admitted = epoch.get().equals(latestEpochs.get(epoch.get().cluster()));
        if (!admitted) {
            rejected.increment();
        }
        return admitted;
    }

    /**
     * Asked before something is published, if it is under a lease: whether it is to be.
     *
     * @throws LeaseExpiredException if the lease has run out, or there has been a later leadership
     */
    void require(@Nullable Lease lease) {
        if (lease == null) {
            return;
        }
        lease.requireValid();
        observe(lease.epoch());
        Epoch known = requireNonNull(latestEpochs.get(lease.epoch().cluster()));
        if (!known.equals(lease.epoch())) {
            rejected.increment();
            throw new LeaseExpiredException(lease, known);
        }
    }

    /** How many were kept out. */
    public long rejected() {
        return rejected.sum();
    }
}
