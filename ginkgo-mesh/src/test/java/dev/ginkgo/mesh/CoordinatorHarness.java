package dev.ginkgo.mesh;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Engine with a recording listener in place of the cluster. It can end without leaving, which is the closest
 * approximation of a kill within one process. Records when its last renewal was sent, and when its first renewal was
 * reported.
 */
final class CoordinatorHarness implements CoordinatorListener {
    /** Far longer than an election takes. */
    static final Duration TTL = Duration.ofSeconds(5);

    final MeshCoordinator coordinator;
    final Address identity;
    volatile long lastRenewalStart;
    volatile long firstRenewal;
    private final Ginkgo tree;
    private boolean ended;

    private static final class Parent extends Service {
        Parent(MeshCoordinator engine) {
            add("engine", engine);
        }
    }

    CoordinatorHarness(Address identity, List<Address> join, Path folder) throws Exception {
        this.identity = identity;
        coordinator = new MeshCoordinator(identity.toString());
        tree = Ginkgo.of(new Parent(coordinator))
                .configuration(Configuration.empty())
                .start();
        NodeConfig nodeConfig = new NodeConfig(
                identity,
                join,
                join.isEmpty() ? 1 : 3,
                Optional.of(folder),
                ClusterCredentials.none(),
                PartitionPolicy.QUORUM);
        long incarnation = coordinator.prepare(nodeConfig);
        coordinator.join(
                new Member(identity.toString(), incarnation, identity, Optional.empty(), Optional.empty(), "1"), this);
    }

    boolean hasLed() {
        return firstRenewal != 0;
    }

    /** Ends without leaving. */
    void abort() {
        ended = true;
        tree.stop();
    }

    /** Leaves gracefully, if it has not ended. */
    void leave() throws Exception {
        if (!ended) {
            coordinator.leave();
            abort();
        }
    }

    @Override
    public LeaseTiming leaseTiming() {
        return new LeaseTiming(TTL, Duration.ofMillis(100));
    }

    @Override
    public void rosterChanged(List<Member> members) {}

    @Override
    public void leaderChanged(String name, Epoch epoch) {}

    @Override
    public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
        lastRenewalStart = start.nanos();
        firstRenewal = firstRenewal == 0 ? TimeSource.system().nanos() : firstRenewal;
        return true;
    }

    @Override
    public void leaseEnded(Epoch epoch) {}
}
