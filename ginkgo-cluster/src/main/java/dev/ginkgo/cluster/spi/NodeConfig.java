package dev.ginkgo.cluster.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.config.Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The configuration in {@code [cluster]} that applies to every engine. What only one engine needs is a setting of that
 * engine, in the engine's own table.
 *
 * @param identity this node's address in the cluster, which is also its name
 * @param join addresses of other nodes; empty for a node that the others join
 * @param expectedNodes how many nodes form a new cluster, at least 1
 * @param dataDir where the engine stores what must survive a restart; it creates a directory of its own there. Empty if
 *     not configured: the engine then uses a default, or rejects the configuration
 * @param credentials the credentials shared by the nodes
 * @param policy which nodes may lead during a partition
 */
public record NodeConfig(
        Address identity,
        List<Address> join,
        int expectedNodes,
        Optional<Path> dataDir,
        ClusterCredentials credentials,
        PartitionPolicy policy) {

    public NodeConfig {
        requireNonNull(identity, "identity is null");
        join = List.copyOf(join);
        if (expectedNodes < 1) {
            throw new IllegalArgumentException("expectedNodes is " + expectedNodes + "; a cluster has at least 1 node");
        }
        requireNonNull(dataDir, "dataDir is null");
        requireNonNull(credentials, "credentials is null");
        requireNonNull(policy, "policy is null");
    }
}
