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
 * Fence that rejects messages of leadership epochs that have been superseded. It learns of a newer epoch from the
 * messages published under it, and from leader elections. Thread-safe.
 */
public final class EpochFence {
    private final Map<String, Epoch> latestEpochs = new ConcurrentHashMap<>();
    private final LongAdder rejected = new LongAdder();

    /** Records that an epoch exists. */
    public void observe(Epoch epoch) {
        latestEpochs.merge(epoch.cluster(), epoch, (known, observed) -> known.isBefore(observed) ? observed : known);
    }

    /**
     * Returns whether a message is admitted; a rejected message is counted. A message without an epoch is always
     * admitted.
     */
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
     * Checks before a publish that its lease, if there is one, is valid and not superseded.
     *
     * @throws LeaseExpiredException if the lease has expired, or a later epoch is known
     */
    public void require(@Nullable Lease lease) {
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

    /** Returns the latest known epoch of a cluster. */
    public Optional<Epoch> latest(String cluster) {
        return Optional.ofNullable(latestEpochs.get(cluster));
    }

    /** Returns the number of rejected messages. */
    public long rejected() {
        return rejected.sum();
    }
}
