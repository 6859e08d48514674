package dev.ginkgo.cluster.model;

import static java.util.Objects.requireNonNull;

/**
 * The current or most recent leader known to a node. Its leadership may have ended by the time this value is read: only
 * the {@link dev.ginkgo.cluster.Lease}, which only the leader has, tells whether it is still valid.
 *
 * @param name the leader's name in the roster
 * @param epoch the epoch of its leadership
 */
public record Leader(String name, Epoch epoch) {

    public Leader {
        requireNonNull(name, "name is null");
        requireNonNull(epoch, "epoch is null");
    }

    /** Returns, for example, {@code 10.0.0.2:4440 in epoch 7@mesh-4f2c91aa}. */
    @Override
    public String toString() {
        return name + " in epoch " + epoch;
    }
}
