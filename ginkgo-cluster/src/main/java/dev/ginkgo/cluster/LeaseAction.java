package dev.ginkgo.cluster;

/** What only the leader does; see {@link Cluster#ifLeading}. {@code X} is what it may throw. */
@FunctionalInterface
public interface LeaseAction<X extends Exception> {
    void run(Lease lease) throws X;
}
