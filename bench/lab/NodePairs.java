package lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pairs of nodes that exchange messages in different ways. */
final class NodePairs {
    private NodePairs() {}

    /**
     * Starts a pair.
     *
     * @param name {@code mesh}: two hubs connected by ZeroMQ, coordinated by the mesh; {@code hub-nats}: two hubs and a NATS server that
     *     stores nothing; {@code hub-jetstream}: the same with a stream in files; {@code nats}: two NATS servers of one cluster
     */
    static Nodes.Pair start(String name, Path folder) throws IOException, InterruptedException {
        Peers.requireFor(name);
        return switch (name) {
            case "mesh" -> mesh(folder);
            case "hub-nats" -> overNats(folder, name, "none");
            case "hub-jetstream" -> overNats(folder, name, "file");
            case "nats" -> nats(folder);
            default -> throw new IllegalArgumentException(
                    name + " is not one of " + List.of("mesh", "hub-nats", "hub-jetstream", "nats"));
        };
    }

    private static Nodes.Pair mesh(Path folder) throws IOException, InterruptedException {
        String first = "127.0.0.1:" + Server.freePort();
        String second = "127.0.0.1:" + Server.freePort();
        String[] one = mesh();
        String[] other = Arrays.copyOf(mesh(), one.length + 1);
        other[one.length] = "cluster.join=" + first;
        return hubs("mesh", folder, first, one, second, other, List.of());
    }

    private static String[] mesh() throws IOException {
        return new String[] {
            "cluster.coordinator.engine=mesh",
            "hub.transport.engine=zeromq",
            "hub.transport.zeromq.bind=127.0.0.1:" + Server.freePort()
        };
    }

    private static Nodes.Pair overNats(Path folder, String name, String storage) throws IOException, InterruptedException {
        Server nats = DurableServers.natsServer(
                folder, "nats-of-" + name, Protocol.nats(), DurableServers.jetStreamOptions(folder, false));
        String address = "127.0.0.1:" + nats.port();
        String[] engines = {
            "cluster.coordinator.engine=nats",
            "cluster.coordinator.nats.servers=" + address,
            "hub.transport.engine=nats",
            "hub.transport.nats.servers=" + address,
            "hub.transport.nats.storage=" + storage
        };
        String first = "127.0.0.1:" + Server.freePort();
        String second = "127.0.0.1:" + Server.freePort();
        return hubs(name, folder, first, engines, second, engines, List.of(nats));
    }

    private static Nodes.Pair hubs(
            String name, Path folder, String first, String[] settings, String second, String[] others, List<Server> between)
            throws IOException, InterruptedException {
        List<Server> started = new ArrayList<>(between);
        try {
            started.add(DurableServers.node(folder, name + "-1", first, settings));
            started.add(DurableServers.node(folder, name + "-2", second, others));
            return new Nodes.Pair(name, started.get(between.size()), started.getLast(), between);
        } catch (IOException | InterruptedException e) {
            started.forEach(Server::close);
            throw e;
        }
    }

    private static Nodes.Pair nats(Path folder) throws IOException, InterruptedException {
        int firstPort = Server.freePort();
        int secondPort = Server.freePort();
        Server first = DurableServers.natsServer(folder, "nats-1", Protocol.nats(), routes(firstPort, secondPort));
        Server second = DurableServers.natsServer(folder, "nats-2", Protocol.nats(), routes(secondPort, firstPort));
        Thread.sleep(3_000); // until they are connected
        return new Nodes.Pair("nats", first, second, List.of());
    }

    private static String routes(int own, int other) {
        return "cluster { name: lab, listen: \"127.0.0.1:" + own + "\", routes: [\"nats://127.0.0.1:" + other + "\"] }\n";
    }
}
