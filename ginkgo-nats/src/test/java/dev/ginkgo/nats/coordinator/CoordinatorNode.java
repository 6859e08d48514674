package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;

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
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A coordinator with a listener in place of the cluster, with the default lease. It can end without leaving, as when it is killed. */
final class CoordinatorNode implements CoordinatorListener, AutoCloseable {
    private record Held(Epoch epoch, DualTimestamp start) {}

    final List<Epoch> promotions = new CopyOnWriteArrayList<>();
    final Member self;
    private final NatsCoordinator coordinator = new NatsCoordinator();
    private final Ginkgo tree;
    private final TimeSource time;
    private volatile List<Member> roster = List.of();
    private volatile @Nullable Held held;
    private volatile @Nullable Epoch known;
    private boolean ended;

    private static final class Parent extends Service {
        Parent(NatsCoordinator coordinator) {
            add("nats", coordinator);
        }
    }

    CoordinatorNode(int number, String settings) throws Exception {
        this(number, settings, TimeSource.system());
    }

    CoordinatorNode(int number, String settings, TimeSource time) throws Exception {
        this.time = time;
        tree = Ginkgo.of(new Parent(coordinator))
                .time(time)
                .configuration(dev.ginkgo.config.Configuration.empty().text("test", "[nats]\n" + settings))
                .start();
        Address identity = new Address("10.0.0." + number, 4440);
        NodeConfig config = new NodeConfig(
                identity, List.of(), 1, Optional.empty(), ClusterCredentials.none(), PartitionPolicy.QUORUM);
        self = new Member(
                identity.toString(), coordinator.prepare(config), identity, Optional.empty(), Optional.empty(), "1");
        coordinator.join(self, this);
    }

    List<String> names() {
        return roster.stream().map(Member::name).sorted().toList();
    }

    @Nullable
    Epoch known() {
        return known;
    }

    boolean isLeading() {
        Held current = held;
        return current != null
                && current.start.elapsed(time).compareTo(leaseTiming().validity()) < 0;
    }

    Optional<String> problem() {
        return tree.status().notReady().stream().findFirst().map(Object::toString);
    }

    void leave() throws InterruptedException {
        coordinator.leave();
    }

    @Override
    public LeaseTiming leaseTiming() {
        return new LeaseTiming(java.time.Duration.ofMillis(1_200), java.time.Duration.ofMillis(100));
    }

    @Override
    public void rosterChanged(List<Member> members) {
        roster = List.copyOf(members);
    }

    @Override
    public void leaderChanged(String name, Epoch epoch) {
        known = epoch;
        Held current = held;
        if (current != null && current.epoch.isBefore(epoch)) {
            held = null;
        }
    }

    @Override
    public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
        Held current = held;
        boolean renewed = current != null && current.epoch.equals(epoch);
        if (start.elapsed(time).compareTo(leaseTiming().validity()) >= 0
                || (renewed
                        && requireNonNull(current)
                                        .start
                                        .elapsed(time)
                                        .compareTo(leaseTiming().validity())
                                >= 0)) {
            held = null;
            return false;
        }
        if (!renewed) {
            promotions.add(epoch);
        }
        held = new Held(epoch, start);
        return true;
    }

    @Override
    public void leaseEnded(Epoch epoch) {
        Held current = held;
        if (current != null && current.epoch.equals(epoch)) {
            held = null;
        }
    }

    /** Ends without leaving. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            tree.stop();
        }
    }
}
