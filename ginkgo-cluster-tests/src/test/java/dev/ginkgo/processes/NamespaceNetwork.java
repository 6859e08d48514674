package dev.ginkgo.processes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A network of its own with some hosts, made of network namespaces: a switch, and a cable to each host, which can be
 * pulled, or lose what goes in one direction. Nothing of it is seen outside; it needs root. Hosts are counted from 1.
 */
final class NamespaceNetwork {
    /** A bucket that no packet fits in. */
    private static final List<String> DROP_ALL =
            List.of("root", "tbf", "rate", "1kbit", "burst", "10", "latency", "1ms");

    private final String name;
    private final List<String> namespaces = new ArrayList<>();

    /** Makes it; skips the test, and says why, where that is not allowed. */
    NamespaceNetwork(int hosts) throws IOException, InterruptedException {
        name = "gk" + ProcessHandle.current().pid() + "x" + Long.toString(System.nanoTime() & 0xfffff, 36);
        Assumptions.assumeTrue(
                isSupported(name), "a network needs root and the commands ip and tc: this test did not run");
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
            String there = namespace(host);
            add(there);
            run("ip", "-n", name, "link", "add", port(host), "type", "veth", "peer", "name", "eth0", "netns", there);
            run("ip", "-n", name, "link", "set", port(host), "master", "switch", "up");
            run("ip", "-n", there, "addr", "add", address(host) + "/24", "dev", "eth0");
            run("ip", "-n", there, "link", "set", "lo", "up");
            run("ip", "-n", there, "link", "set", "eth0", "up");
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

    /** The address of a host. */
    static String address(int host) {
        return "10.77.0." + host;
    }

    /** What a command line begins with that is to run on that host. */
    List<String> commandPrefix(int host) {
        return List.of("ip", "netns", "exec", namespace(host));
    }

    /** Pulls the cable of a host. */
    void disconnect(int host) throws IOException, InterruptedException {
        run("ip", "-n", name, "link", "set", port(host), "down");
    }

    void reconnect(int host) throws IOException, InterruptedException {
        run("ip", "-n", name, "link", "set", port(host), "up");
    }

    /** From now on nobody gets what that host sends; it gets all. */
    void dropOutgoing(int host) throws IOException, InterruptedException {
        tc("add", namespace(host), "eth0");
    }

    void restoreOutgoing(int host) throws IOException, InterruptedException {
        tc("del", namespace(host), "eth0");
    }

    /** From now on that host gets nothing; the others get what it sends. */
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
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    /** Takes it away; what runs in it is to be ended before. */
    void remove() throws IOException, InterruptedException {
        for (String each : namespaces.reversed()) {
            run("ip", "netns", "del", each);
        }
        namespaces.clear();
    }
}
