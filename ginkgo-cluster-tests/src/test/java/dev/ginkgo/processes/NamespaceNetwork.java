package dev.ginkgo.processes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * An isolated network of hosts, built from network namespaces: a switch, and a cable to each host, which can be
 * disconnected, or drop all packets of one direction. Requires root. Hosts are numbered from 1.
 */
final class NamespaceNetwork {
    /** A token bucket smaller than any packet. */
    private static final List<String> DROP_ALL =
            List.of("root", "tbf", "rate", "1kbit", "burst", "10", "latency", "1ms");

    private final String name;
    private final List<String> namespaces = new ArrayList<>();

    /** Creates the network; skips the test with a message if that is not permitted. */
    NamespaceNetwork(int hosts) throws IOException, InterruptedException {
        name = "gk" + ProcessHandle.current().pid() + "x" + Long.toString(System.nanoTime() & 0xfffff, 36);
        Assumptions.assumeTrue(isSupported(name), "test skipped: a network needs root and the commands ip and tc");
        try {
            build(hosts);
        } catch (IOException | InterruptedException e) {
            remove();
            throw e;
        }
    }

    private static boolean isSupported(String probe) throws IOException, InterruptedException {
        try {
            run("ip", "netns", "add", probe);
            run("ip", "netns", "del", probe);
            return Files.exists(Path.of("/usr/sbin/tc")) || Files.exists(Path.of("/sbin/tc"));
        } catch (IOException e) {
            return false;
        }
    }

    private void build(int hosts) throws IOException, InterruptedException {
        add(name);
        run("ip", "-n", name, "link", "add", "switch", "type", "bridge");
        run("ip", "-n", name, "link", "set", "switch", "up");
        for (int host = 1; host <= hosts; host++) {
            String namespace = namespace(host);
            add(namespace);
            run(
                    "ip",
                    "-n",
                    name,
                    "link",
                    "add",
                    port(host),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    namespace);
            run("ip", "-n", name, "link", "set", port(host), "master", "switch", "up");
            run("ip", "-n", namespace, "addr", "add", address(host) + "/24", "dev", "eth0");
            run("ip", "-n", namespace, "link", "set", "lo", "up");
            run("ip", "-n", namespace, "link", "set", "eth0", "up");
        }
    }

    private void add(String namespace) throws IOException, InterruptedException {
        run("ip", "netns", "add", namespace);
        namespaces.add(namespace);
    }

    private String namespace(int host) {
        return name + "-" + host;
    }

    private static String port(int host) {
        return "port" + host;
    }

    /** Returns the address of a host. */
    static String address(int host) {
        return "10.77.0." + host;
    }

    /** Returns the first words of a command line that runs on a host. */
    List<String> commandPrefix(int host) {
        return List.of("ip", "netns", "exec", namespace(host));
    }

    /** Disconnects the cable of a host. */
    void disconnect(int host) throws IOException, InterruptedException {
        run("ip", "-n", name, "link", "set", port(host), "down");
    }

    void reconnect(int host) throws IOException, InterruptedException {
        run("ip", "-n", name, "link", "set", port(host), "up");
    }

    /** Drops all packets that a host sends; it still receives. */
    void dropOutgoing(int host) throws IOException, InterruptedException {
        tc("add", namespace(host), "eth0");
    }

    void restoreOutgoing(int host) throws IOException, InterruptedException {
        tc("del", namespace(host), "eth0");
    }

    /** Drops all packets to a host; it can still send. */
    void dropIncoming(int host) throws IOException, InterruptedException {
        tc("add", name, port(host));
    }

    void restoreIncoming(int host) throws IOException, InterruptedException {
        tc("del", name, port(host));
    }

    private static void tc(String verb, String namespace, String device) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tc", "-n", namespace, "qdisc", verb, "dev", device));
        command.addAll(verb.equals("add") ? DROP_ALL : List.of("root"));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
    }

    /** Removes the network. Processes in it must have ended before. */
    void remove() throws IOException, InterruptedException {
        for (String each : namespaces.reversed()) {
            run("ip", "netns", "del", each);
        }
        namespaces.clear();
    }
}
