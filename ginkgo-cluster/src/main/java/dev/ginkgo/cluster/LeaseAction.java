package dev.ginkgo.cluster;

/**
 * An action that only the leader performs; see {@link Cluster#ifLeading}.
 *
 * @param <X> the checked exception that the action may throw
 */
@FunctionalInterface
public interface LeaseAction<X extends Exception> {
    void run(Lease lease) throws X;
}
