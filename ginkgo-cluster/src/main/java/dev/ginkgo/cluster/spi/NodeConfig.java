package dev.ginkgo.cluster.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.config.Address;
import java.nio.file.Path;
import java.util.List;

/**
 * What the table {@code [cluster]} says of this node and of the others, for every engine alike. What only one engine
 * knows of is a setting of that engine, in the engine's own table.
 *
 * @param identity this node's address in the cluster, which is its name
 * @param join where other nodes may be found; empty for a node that others join
 * @param expectedNodes how many nodes form the first cluster, from 1
 * @param dataDir where the engine keeps what must survive a restart; it makes a folder of its own there
 * @param credentials by what the nodes know each other
 * @param policy who may lead when not all can reach each other
 */
public record NodeConfig(
        Address identity,
        List<Address> join,
        int expectedNodes,
        Path dataDir,
        ClusterCredentials credentials,
        PartitionPolicy policy) {

    public NodeConfig {
        requireNonNull(identity, "identity is null");
        join = List.copyOf(join);
        if (expectedNodes < 1) {
            throw new IllegalArgumentException("a cluster of " + expectedNodes + " nodes is none");
        }
        requireNonNull(dataDir, "dataDir is null");
        requireNonNull(credentials, "trust is null");
        requireNonNull(policy, "policy is null");
    }
}
