package dev.ginkgo.cluster.model;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.Lease;

/**
 * Who leads, or led last, as far as a node has heard. It may be over by the time that anybody reads this: only the
 * {@link Lease}, which the leader alone has, says whether it still leads.
 *
 * @param name the leader's name in the roster
 * @param epoch its leadership
 */
public record Leader(String name, Epoch epoch) {

    public Leader {
        requireNonNull(name, "name is null");
        requireNonNull(epoch, "epoch is null");
    }

    /** {@code 10.0.0.2:4440 in epoch 7@mesh-4f2c91aa}. */
    @Override
    public String toString() {
        return name + " in epoch " + epoch;
    }
}
