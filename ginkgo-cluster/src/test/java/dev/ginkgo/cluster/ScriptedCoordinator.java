package dev.ginkgo.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorCapabilities;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.CoordinatorProvider;
import dev.ginkgo.cluster.spi.DualTimestamp;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A coordination engine that the test drives. */
final class ScriptedCoordinator extends Coordinator {
    private final CoordinatorCapabilities capabilities;
    private volatile @Nullable CoordinatorListener listener;
    private volatile @Nullable Member self;

    /** Makes the engine available to the cluster through the service loader. */
    public static final class Provider implements CoordinatorProvider {
        public Provider() {}

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Coordinator create() {
            return new ScriptedCoordinator(CoordinatorCapabilities.unrestricted());
        }
    }

    /** The same engine with servers of its own, whose leases have a minimum. */
    public static final class ServersProvider implements CoordinatorProvider {
        public ServersProvider() {}

        @Override
        public String name() {
            return "scripted-servers";
        }

        @Override
        public Coordinator create() {
            return new ScriptedCoordinator(new CoordinatorCapabilities(
                    Duration.ofSeconds(2), Duration.ofSeconds(1), Set.of(PartitionPolicy.QUORUM), true));
        }
    }

    ScriptedCoordinator(CoordinatorCapabilities capabilities) {
        this.capabilities = capabilities;
    }

    @Override
    public CoordinatorCapabilities capabilities() {
        return capabilities;
    }

    static ScriptedCoordinator of(Cluster cluster) {
        return (ScriptedCoordinator) cluster.coordinator.get();
    }

    @Override
    public void join(Member joining, CoordinatorListener coordinatorListener) {
        self = joining;
        listener = coordinatorListener;
    }

    @Override
    public void update(Member changed) {
        self = changed;
    }

    @Override
    public void leave() {}

    Member self() {
        return requireNonNull(self);
    }

    CoordinatorListener listener() {
        return requireNonNull(listener);
    }

    /** Reports a renewal that is sent and committed now. */
    boolean renew(long epoch) {
        return listener().leaseRenewed(new Epoch("script", epoch), DualTimestamp.now(time()));
    }

    void reportLeader(String name, long epoch) {
        listener().leaderChanged(name, new Epoch("script", epoch));
    }

    void endLease(long epoch) {
        listener().leaseEnded(new Epoch("script", epoch));
    }
}
