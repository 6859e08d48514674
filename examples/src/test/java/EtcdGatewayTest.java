import dev.ginkgo.config.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Two gateways started with {@code gateway-etcd.toml}, each in its own process, and a server of etcd. */
class EtcdGatewayTest extends ServersContract {
    private String endpoint = "";
    private String peer = "";

    @Override
    void startServers() throws IOException {
        endpoint = "http://" + host() + ":" + freePort();
        peer = "http://" + host() + ":" + freePort();
        runServer();
    }

    @Override
    ProcessBuilder command() {
        return new ProcessBuilder(
                "/usr/bin/etcd",
                "--data-dir",
                folder.resolve("etcd").toString(),
                "--listen-client-urls",
                endpoint,
                "--advertise-client-urls",
                endpoint,
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                "default=" + peer,
                "--unsafe-no-fsync");
    }

    @Override
    List<GatewayNode> startNodes(Address numberServer) throws IOException {
        List<GatewayNode> started = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            started.add(new ClusterNode(
                    "gateway-etcd.toml",
                    net + i,
                    numberServer,
                    folder,
                    List.of("cluster.coordinator.etcd.endpoints=" + endpoint)));
        }
        return started;
    }

    @Override
    String problem() {
        return "waiting for etcd";
    }

    @Override
    boolean exchangesWithoutServers() {
        return true;
    }
}
