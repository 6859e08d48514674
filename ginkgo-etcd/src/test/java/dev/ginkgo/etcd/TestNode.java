package dev.ginkgo.etcd;

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
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** One node with this engine, in the process of the test; records what the engine reports. */
final class TestNode implements CoordinatorListener, AutoCloseable {
    final EtcdCoordinator engine;
    final Member self;
    final List<List<Member>> rosters = new CopyOnWriteArrayList<>();
    final List<Epoch> renewals = new CopyOnWriteArrayList<>();
    final List<Epoch> ended = new CopyOnWriteArrayList<>();
    private final LeaseTiming timing;
    private final Ginkgo tree;

    static final class Root extends Service {
        Root(EtcdCoordinator engine) {
            add("etcd", engine);
        }
    }

    private TestNode(EtcdCoordinator engine, int port, Duration ttl, String toml) throws InterruptedException {
        this.engine = engine;
        timing = new LeaseTiming(ttl, Duration.ofMillis(100));
        tree = Ginkgo.of(new Root(engine))
                .configuration(Configuration.empty().text("node.toml", toml))
                .start();
        Address identity = new Address("127.0.0.1", port);
        NodeConfig config = new NodeConfig(
                identity, List.of(), 1, Optional.empty(), ClusterCredentials.none(), PartitionPolicy.QUORUM);
        self = new Member(
                identity.toString(), engine.prepare(config), identity, Optional.empty(), Optional.empty(), "1");
        engine.join(self, this);
    }

    /**
     * Starts a node.
     *
     * @param port its port, which is only a part of its name
     * @param toml settings in the table {@code [etcd]}
     */
    static TestNode start(EtcdCoordinator engine, int port, Duration ttl, String toml) throws InterruptedException {
        return new TestNode(engine, port, ttl, toml);
    }

    static TestNode start(EtcdCoordinator engine, int port, Duration ttl) throws InterruptedException {
        return new TestNode(engine, port, ttl, "");
    }

    @Override
    public LeaseTiming leaseTiming() {
        return timing;
    }

    @Override
    public void rosterChanged(List<Member> members) {
        rosters.add(List.copyOf(members));
    }

    @Override
    public void leaderChanged(String name, Epoch epoch) {}

    @Override
    public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
        renewals.add(epoch);
        return true;
    }

    @Override
    public void leaseEnded(Epoch epoch) {
        ended.add(epoch);
    }

    /** Returns whether the last roster has exactly these nodes. */
    boolean sees(TestNode... nodes) {
        List<String> names =
                List.of(nodes).stream().map(node -> node.self.name()).toList();
        return !rosters.isEmpty()
                && rosters.getLast().stream().map(Member::name).toList().equals(names);
    }

    /** Changes the address in the entry of this node. */
    void update(String url) {
        engine.update(self.withUrl(URI.create(url)));
    }

    String reason() {
        return engine.status().reason();
    }

    @Override
    public void close() {
        tree.close(); // the engine leaves
    }
}
