package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.Lease;
import java.util.ArrayList;
import java.util.List;

/**
 * Every lease that any node of a test was given, and whether two of them were ever valid at once. That could begin only
 * when one is given, so it is looked at whenever a node is told that it leads; the lease of a node that is frozen counts
 * for as long as the node would think it valid if it woke.
 */
public final class LeaseChecker {
    private record GrantedLease(String node, Lease lease) {}

    // guarded by this
    private final List<GrantedLease> all = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    public synchronized void leaseGranted(String node, Lease lease) {
        for (GrantedLease other : all) {
            if (other.lease.valid() && lease.valid()) {
                violations.add(node + " holds the " + lease + ", and " + other.node + " the " + other.lease);
            }
            if (!other.lease.epoch().isBefore(lease.epoch())) {
                violations.add(node + " leads in epoch " + lease.epoch() + ", after " + other.node + " led in "
                        + other.lease.epoch());
            }
        }
        all.add(new GrantedLease(node, lease));
    }

    /**
     * Fails if there were.
     *
     * @param eventLog what has led to it
     */
    public synchronized void check(EventLog eventLog) {
        if (!violations.isEmpty()) {
            throw new AssertionError("two leaders at once: " + String.join("; ", violations) + eventLog);
        }
    }
}
