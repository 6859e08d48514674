package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Servers that store what they acknowledge, and hubs of a cluster. */
final class DurableServers {
    private DurableServers() {}

    /** Returns how to start each server. Those with {@code sync} have files on disk before they acknowledge a message. */
    static Map<String, Servers.Starter> all() {
        Map<String, Servers.Starter> all = new LinkedHashMap<>();
        all.put("hub-jetstream", folder -> hubOverJetStream(folder, "hub-jetstream", false));
        all.put("hub-jetstream-sync", folder -> hubOverJetStream(folder, "hub-jetstream-sync", true));
        all.put("jetstream", folder -> jetStream(folder, "jetstream", false));
        all.put("jetstream-sync", folder -> jetStream(folder, "jetstream-sync", true));
        all.put("etcd", DurableServers::etcd);
        return all;
    }

    private static Server hubOverJetStream(Path folder, String name, boolean sync) throws IOException, InterruptedException {
        Server nats = natsServer(folder, "nats-of-" + name, Protocol.nats(), jetStreamOptions(folder, sync));
        String address = "127.0.0.1:" + nats.port();
        return node(
                        folder,
                        name,
                        "127.0.0.1:" + Server.freePort(),
                        "cluster.coordinator.engine=nats",
                        "cluster.coordinator.nats.servers=" + address,
                        "hub.transport.engine=nats",
                        "hub.transport.nats.servers=" + address)
                .with(List.of(nats));
    }

    private static Server jetStream(Path folder, String name, boolean sync) throws IOException, InterruptedException {
        Server server = natsServer(folder, name, new JetStreamProtocol(), jetStreamOptions(folder, sync));
        JetStreamProtocol.createStream(server.port());
        return server;
    }

    /** Returns the lines of a configuration of nats-server that enable JetStream. */
    static String jetStreamOptions(Path folder, boolean sync) {
        return "jetstream { store_dir: \"" + folder + "/jetstream\"" + (sync ? ", sync_interval: always" : "") + " }\n";
    }

    /** Starts a NATS server with further lines of its configuration. */
    static Server natsServer(Path folder, String name, Protocol protocol, String lines)
            throws IOException, InterruptedException {
        int port = Server.freePort();
        Path configuration = folder.resolve(name + ".conf");
        Files.writeString(configuration, "listen: 127.0.0.1:" + port + "\nping_interval: \"1h\"\n" + lines);
        return Server.start(folder, name, port, protocol, List.of("nats-server", "-c", configuration.toString()));
    }

    /** Starts a hub that is a node of a cluster. */
    static Server node(Path folder, String name, String identity, String... settings)
            throws IOException, InterruptedException {
        int port = Server.freePort();
        List<String> command = new ArrayList<>(List.of(Servers.ginkgo(), "run", "bench/lab/peers/node/Node.java"));
        List<String> all = new ArrayList<>(List.of(
                "hub.http.bind=127.0.0.1:" + port,
                "hub.http.loops=1",
                "cluster.identity=" + identity,
                "cluster.data-dir=" + folder.resolve(name)));
        all.addAll(List.of(settings));
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        return Server.start(folder, name, port, Protocol.http(""), command).awaitReady("/-/health/ready");
    }

    private static Server etcd(Path folder) throws IOException, InterruptedException {
        int port = Server.freePort();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + Server.freePort();
        Server server = Server.start(
                folder,
                "etcd",
                port,
                new EtcdProtocol(),
                List.of(
                        "etcd", "--data-dir", folder.resolve("data").toString(), "--log-level", "error",
                        "--listen-client-urls", client, "--advertise-client-urls", client,
                        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                        "--initial-cluster", "default=" + peer));
        return server.awaitReady("/health");
    }
}
