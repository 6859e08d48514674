package dev.ginkgo.hub.testing;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.replication.local.LocalNetwork;
import dev.ginkgo.hub.spi.LocalBroker;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.testing.TestTree;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cluster of nodes in one process, each with a hub that serves HTTP. */
public final class HubCluster implements AutoCloseable {
    public static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final LocalGroup group = new LocalGroup();
    private final LocalNetwork network = new LocalNetwork();
    private final List<TestTree<TestNode>> trees = new ArrayList<>();
    private final List<TestTree<TestNode>> stopped = new ArrayList<>();

    private final String settings;
    private final @Nullable LocalBrokerServer server;

    private HubCluster(@Nullable LocalBrokerServer server, String settings) {
        this.server = server;
        this.settings = settings;
    }

    /** One node. */
    public static final class TestNode extends Service {
        public final Cluster cluster;
        public final MessageHub hub;

        /** The client of the broker, if there is one. */
        public final @Nullable LocalBroker broker;

        private TestNode(LocalGroup group, LocalNetwork network, @Nullable LocalBrokerServer server) {
            cluster = add("cluster", new Cluster(group));
            LocalBroker client = server == null ? null : new LocalBroker(server);
            broker = client;
            hub = add(
                    "hub",
                    client == null
                            ? new MessageHub(cluster, network)
                            : HubAccess.create(cluster, Map.of("local", () -> client)));
        }

        public URI uri(String path) {
            return URI.create("http://127.0.0.1:" + hub.address().port() + path);
        }
    }

    /** Starts nodes with the given settings, and waits until all are connected. */
    public static HubCluster of(int count, String... settings) throws InterruptedException {
        return of(count, null, settings);
    }

    /** Starts nodes whose hubs replicate through a broker in memory. */
    public static HubCluster of(int count, @Nullable LocalBrokerServer server, String... settings)
            throws InterruptedException {
        TestHub.warmUp();
        HubCluster cluster = new HubCluster(server, String.join("\n", settings));
        for (int i = 1; i <= count; i++) {
            cluster.start(i);
        }
        cluster.awaitPeers();
        return cluster;
    }

    public TestNode start(int number) {
        TestTree<TestNode> tree = TestTree.start(
                new TestNode(group, network, server),
                "cluster.identity = '127.0.0.1:" + number + "'\nhub.http.bind = '127.0.0.1:0'\n" + settings);
        trees.add(tree);
        return tree.root();
    }

    public TestNode get(int index) {
        return trees.get(index).root();
    }

    /** Isolates a node from the others, or reconnects it; the roster does not change. */
    public void isolate(int index, boolean isolated) {
        TestNode testNode = get(index);
        testNode.cluster.roster().stream()
                .filter(member -> member.identity().equals(testNode.cluster.identity()))
                .forEach(member -> network.isolate(member.transport().orElseThrow(), isolated));
    }

    public void stop(int index) {
        stopped.add(trees.get(index));
        trees.remove(index).ginkgo().close();
    }

    /** Waits until each node is connected with every other in both directions. */
    public void awaitPeers() throws InterruptedException {
        for (TestTree<TestNode> tree : trees) {
            await().atMost(TIMEOUT)
                    .until(() -> tree.root().cluster.roster().stream()
                                    .filter(member ->
                                            server != null || member.transport().isPresent())
                                    .count()
                            == trees.size());
            await().atMost(TIMEOUT).until(() -> tree.root().hub.awaitPeers(TIMEOUT));
        }
    }

    public HttpResponse<String> get(TestNode testNode, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(testNode.uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    public HttpResponse<String> post(TestNode testNode, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(testNode.uri(path)).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    /** Uses a new client: an open connection to one node would be counted as a leak when another node stops. */
    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Override
    public void close() {
        trees.reversed().forEach(TestTree::close);
        stopped.reversed().forEach(TestTree::close); // last: the leak check includes what was started later
    }
}
