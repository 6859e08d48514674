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
 * An engine with a seat in place of the cluster. It can end without leaving, which is as near to a kill as one comes within
 * a process. By the clock of this process it keeps when its last renewal began, and when its first was told.
 */
final class CoordinatorHarness implements CoordinatorListener {
    /** Far longer than an election takes. */
    static final Duration TTL = Duration.ofSeconds(5);

    final MeshCoordinator engine;
    final Address here;
    volatile long lastStart;
    volatile long first;
    private final Ginkgo tree;
    private boolean ended;

    private static final class Parent extends Service {
        Parent(MeshCoordinator engine) {
            add("engine", engine);
        }
    }

    CoordinatorHarness(Address here, List<Address> join, Path folder) throws Exception {
        this.here = here;
        engine = new MeshCoordinator(here.toString());
        tree = Ginkgo.of(new Parent(engine)).configuration(Configuration.none()).start();
        NodeConfig site = new NodeConfig(here, join, join.isEmpty() ? 1 : 3, folder, ClusterCredentials.none(), PartitionPolicy.QUORUM);
        long incarnation = engine.prepare(site);
        engine.join(new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1"), this);
    }

    boolean hasLed() {
        return first != 0;
    }

    /** Ends without a word. */
    void end() {
        ended = true;
        tree.stop();
    }

    /** Leaves in order, if it has not ended. */
    void leave() throws Exception {
        if (!ended) {
            engine.leave();
            end();
        }
    }

    @Override
    public LeaseTiming terms() {
        return new LeaseTiming(TTL, Duration.ofMillis(100));
    }

    @Override
    public void roster(List<Member> members) {}

    @Override
    public void leader(String name, Epoch epoch) {}

    @Override
    public boolean renewed(Epoch epoch, DualTimestamp start) {
        lastStart = start.nanos();
        first = first == 0 ? TimeSource.system().nanos() : first;
        return true;
    }

    @Override
    public void ended(Epoch epoch) {}
}
