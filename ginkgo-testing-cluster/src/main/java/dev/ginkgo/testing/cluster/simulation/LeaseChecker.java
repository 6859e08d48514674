package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.Lease;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that no two leases of a test were ever valid at the same time. An overlap can begin only when a lease is
 * granted, so the check runs at each promotion. The lease of a frozen node counts for as long as the node would
 * consider it valid if it were resumed.
 */
public final class LeaseChecker {
    private record GrantedLease(String node, Lease lease) {}

    // guarded by this
    private final List<GrantedLease> grantedLeases = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    public synchronized void leaseGranted(String node, Lease lease) {
        for (GrantedLease other : grantedLeases) {
            if (other.lease.valid() && lease.valid()) {
                violations.add(node + " holds the " + lease + " while " + other.node + " holds the " + other.lease);
            }
            if (!other.lease.epoch().isBefore(lease.epoch())) {
                violations.add(node + " leads in epoch " + lease.epoch() + " after " + other.node + " led in "
                        + other.lease.epoch());
            }
        }
        grantedLeases.add(new GrantedLease(node, lease));
    }

    /**
     * Throws if there was a violation.
     *
     * @param eventLog the events so far, for the error message
     * @throws AssertionError if two leases overlapped or an epoch did not grow
     */
    public synchronized void check(EventLog eventLog) {
        if (!violations.isEmpty()) {
            throw new AssertionError("lease violation: " + String.join("; ", violations) + eventLog);
        }
    }
}
