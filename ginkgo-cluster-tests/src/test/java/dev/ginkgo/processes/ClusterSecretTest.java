package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A cluster with hubs, configured as a user would: one secret for membership and messages. */
class ClusterSecretTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String SECRET = "secret = 'correct horse battery staple'";

    @TempDir
    Path folder;

    private final List<Ginkgo> trees = new ArrayList<>();

    private static final class Node extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));

        boolean hasPeers() throws InterruptedException {
            return cluster.roster().stream()
                                    .filter(member -> member.transport().isPresent())
                                    .count()
                            == 2
                    && hub.awaitPeers(TIMEOUT);
        }
    }

    private Node start(Address identity, List<Address> join, String clusterSettings, String transportSettings) {
        Node node = new Node();
        String toml = """
                [cluster]
                identity = "%s"
                join = [%s]
                data-dir = "%s"
                %s
                [cluster.coordinator]
                engine = "mesh"
                [hub.http]
                bind = "127.0.0.1:0"
                [hub.transport]
                engine = "zeromq"
                %s
                """.formatted(
                        identity,
                        join.isEmpty() ? "" : "'" + join.getFirst() + "'",
                        folder,
                        clusterSettings,
                        transportSettings);
        trees.add(Ginkgo.of(node)
                .configuration(Configuration.empty().text("node.toml", toml))
                .start());
        return node;
    }

    @AfterEach
    void stop() {
        trees.reversed().forEach(Ginkgo::stop);
    }

    @Test
    @DisplayName("K-17 K-21 cluster.secret protects roster and messages: hubs ignore a peer that does not know it")
    void oneSecretProtectsRosterAndMessages() throws Exception {
        // Given two nodes with only cluster.secret configured
        Address first = FreePorts.free();
        Node a = start(first, List.of(), SECRET, "zeromq.bind = '127.0.0.1:0'");
        Node b = start(FreePorts.free(), List.of(first), SECRET, "zeromq.bind = '127.0.0.1:0'");
        await().atMost(TIMEOUT).until(() -> a.hasPeers() && b.hasPeers());

        // Then a message published at one is delivered at the other
        try (Subscription subscriber = b.hub.subscribe("/numbers")) {
            a.hub.publish("/numbers", "42");
            assertThat(subscriber.take().text()).isEqualTo("42");
        }

        // And a peer without the secret does not even receive a subscription
        Address port = a.cluster.roster().stream()
                .filter(member -> member.identity().equals(first))
                .map(Member::transport)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();
        try (ZContext context = new ZContext()) {
            ZMQ.Socket untrusted = context.createSocket(SocketType.XPUB);
            untrusted.setReceiveTimeOut(1_500);
            untrusted.connect("tcp://" + port);
            assertThat(untrusted.recv()).isNull();
        }
    }

    @Test
    @DisplayName("K-21 without cluster.secret a hub does not listen for other machines, unless insecure = true")
    void doesNotListenForOtherMachinesWithoutSecret() throws Exception {
        String publicBind = "zeromq.bind = '0.0.0.0:0'\nzeromq.advertise = '127.0.0.1:2222'";
        Address identity = FreePorts.free();
        assertThatThrownBy(() -> start(identity, List.of(), "", publicBind))
                .hasStackTraceContaining("cluster.secret-file")
                .hasStackTraceContaining("insecure = true");

        // insecure = true of the cluster also applies to its hub
        start(identity, List.of(), "insecure = true", publicBind);
    }
}
