package dev.ginkgo.mesh.node;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.LeaseTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Settings that must be the same on all nodes of a cluster: with different ones, two nodes could lead at a time.
 *
 * @param policy which nodes may lead during a partition
 * @param lease validity of leases
 */
public record SharedSettings(PartitionPolicy policy, LeaseTiming lease) {

    /** Returns the settings of a peer that differ from these, for messages; empty if none does. */
    public String differences(SharedSettings peer) {
        List<String> differences = new ArrayList<>();
        if (policy != peer.policy) {
            differences.add(difference("cluster.policy", name(peer.policy), name(policy)));
        }
        if (!lease.ttl().equals(peer.lease.ttl())) {
            differences.add(difference("cluster.lease.ttl", millis(peer.lease.ttl()), millis(lease.ttl())));
        }
        if (!lease.margin().equals(peer.lease.margin())) {
            differences.add(difference("cluster.lease.margin", millis(peer.lease.margin()), millis(lease.margin())));
        }
        return String.join(", ", differences);
    }

    private static String difference(String key, String there, String here) {
        return key + " is " + there + " there and " + here + " here";
    }

    private static String name(PartitionPolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT);
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + "ms";
    }
}
