import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.replication.local.LocalNetwork;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Two gateways in this process, with the engines {@code local}. */
class InProcessGatewayTest extends GatewayContract {

    /** The services of {@link NumberGateway} as a node of a group in this process. */
    private static final class Gateway extends Service {
        final Cluster cluster;
        final MessageHub hub;
        final NumberClient numbers = new NumberClient();

        Gateway(LocalGroup group, LocalNetwork network) {
            cluster = add("cluster", new Cluster(group));
            hub = add("hub", new MessageHub(cluster, network));
            add("numbers", numbers);
            add("announcer", new Announcer(hub, cluster));
            add("report", new ClusterReport(hub, cluster));
        }

        @Override
        protected void onStart() {
            spawn("bridge", () -> {
                for (int number : numbers) {
                    cluster.ifLeading(lease -> hub.publish("/numbers", Integer.toString(number), lease));
                }
            });
        }
    }

    /** A gateway in this process. It cannot be killed; {@link #kill} stops it. */
    private static final class Node extends GatewayNode {
        private final String name;
        private final Gateway gateway;
        private final Ginkgo tree;

        Node(String name, Gateway gateway, String settings) {
            this.name = name;
            this.gateway = gateway;
            tree = Ginkgo.start(gateway, settings);
        }

        @Override
        String name() {
            return name;
        }

        @Override
        URI uri(String path) {
            return URI.create(gateway.hub.url().orElseThrow() + path);
        }

        @Override
        void kill() {
            tree.close();
        }

        @Override
        public void close() {
            tree.close();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Override
    List<GatewayNode> startNodes(Address numberServer) {
        LocalGroup group = new LocalGroup();
        LocalNetwork network = new LocalNetwork();
        List<GatewayNode> started = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            String name = net + i + ":4440";
            String settings = NumberGatewayTest.settings(numberServer.toString(), net + i + ":0", "")
                    + "drain-time = '0s'\n[cluster]\nidentity = '" + name + "'\n";
            started.add(new Node(name, new Gateway(group, network), settings));
        }
        return started;
    }
}
