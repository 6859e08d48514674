import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two gateways started with {@code gateway-nats.toml}, each in its own process, and a NATS server. */
class NatsGatewayTest extends ServersContract {
    private int port;

    @Override
    void startServers() throws IOException {
        port = freePort();
        runServer();
        await().atMost(TIMEOUT).until(this::serverListens);
    }

    @Override
    ProcessBuilder command() {
        return new ProcessBuilder(
                Files.isExecutable(Path.of("/usr/sbin/nats-server")) ? "/usr/sbin/nats-server" : "nats-server",
                "-js",
                "-a",
                host(),
                "-p",
                Integer.toString(port),
                "-sd",
                folder.resolve("nats").toString());
    }

    private boolean serverListens() {
        try (Socket socket = new Socket(host(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    List<GatewayNode> startNodes(Address numberServer) throws IOException {
        List<GatewayNode> started = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            started.add(new ClusterNode(
                    "gateway-nats.toml",
                    net + i,
                    numberServer,
                    folder,
                    List.of(
                            "cluster.coordinator.nats.servers=" + host() + ":" + port,
                            "hub.transport.nats.servers=" + host() + ":" + port)));
        }
        return started;
    }

    @Override
    String problem() {
        return "NATS";
    }

    @Override
    boolean exchangesWithoutServers() {
        return false;
    }
}
