package dev.ginkgo.processes;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three hubs, each a process on a host of its own, that are killed, stopped, frozen and cut off at random, while others
 * publish and read. What must hold is found in what they say.
 */
class ChaosTest {
    private static final int NODES = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** So long before its end a node may have been cut off, and alone with what it took; or with the copies, another one. */
    private static final Duration MAX_UNREPLICATED = Duration.ofSeconds(15);

    /** What happens to a node. */
    private enum Fault {
        KILL,
        STOP,
        FREEZE,
        DISCONNECT,
        DROP_OUTGOING,
        DROP_INCOMING
    }

    @TempDir
    Path folder;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final ProcessCluster processCluster = new ProcessCluster();
    private final List<LoadVerifier.Termination> terminations = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private NamespaceNetwork namespaceNetwork;
    private Process load;
    private Path loadOutput;

    @BeforeEach
    void start() throws Exception {
        namespaceNetwork = new NamespaceNetwork(NODES + 1);
        Address first = new Address(NamespaceNetwork.address(1), 4440);
        for (int host = 1; host <= NODES; host++) {
            processCluster.add(new NodeProcess(
                    new Address(NamespaceNetwork.address(host), 4440),
                    folder,
                    host == 1 ? List.of() : List.of(first),
                    namespaceNetwork.commandPrefix(host),
                    "insecure = true",
                    hub(NamespaceNetwork.address(host))));
        }
        await().atMost(TIMEOUT).until(() -> processCluster.hasConverged());
        loadOutput = folder.resolve("load.out");
        List<String> command = new ArrayList<>(namespaceNetwork.commandPrefix(NODES + 1));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dsun.net.http.retryPost=false", // none is sent twice
                "-cp",
                System.getProperty("java.class.path"),
                LoadGenerator.class.getName()));
        IntStream.rangeClosed(1, NODES).mapToObj(NamespaceNetwork::address).forEach(command::add);
        load = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(loadOutput.toFile())
                .start();
        await().atMost(TIMEOUT).until(() -> {
            LoadVerifier log = LoadVerifier.parse(loadOutput);
            return IntStream.range(0, NODES).allMatch(node -> log.acceptedBy(node) > 10);
        });
    }

    private static String hub(String address) {
        return """
                http.bind = "%s:8088"
                http.anonymous = true
                http.heartbeat = "1s"
                history.count = 100_000
                [hub.transport]
                engine = "zeromq"
                """.formatted(address);
    }

    @AfterEach
    void end() throws Exception {
        try {
            if (load != null) {
                load.destroyForcibly().onExit().join();
            }
            processCluster.close();
        } finally {
            if (namespaceNetwork != null) {
                namespaceNetwork.remove();
            }
        }
    }

    @Test
    @DisplayName(
            "K-03 K-05 K-06 K-20 H-16 for a minute of random faults: one leader at a time, no old epoch after a new"
                    + " one, none twice, each publisher's in order, and whatever is lost is told")
    void minute() throws Exception {
        runFaults(Duration.ofMinutes(1));
    }

    @Test
    @Tag("long")
    @DisplayName("K-03 K-05 K-06 K-20 H-16 the same for ten minutes")
    void tenMinutes() throws Exception {
        runFaults(Duration.ofMinutes(10));
    }

    private void runFaults(Duration length) throws Exception {
        try {
            long began = System.nanoTime();
            while (System.nanoTime() - began < length.toNanos()) {
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                int node = random.nextInt(NODES);
                faults.add("%.1f s: %s %s"
                        .formatted((System.nanoTime() - began) / 1e9, fault, NamespaceNetwork.address(node + 1)));
                inject(fault, node, processCluster.nodes().get(node));
                pause(5_000); // often before all is as it was
            }
            await().atMost(TIMEOUT).until(processCluster::hasConverged);
            await().during(Duration.ofSeconds(2)).atMost(TIMEOUT).until(processCluster::hasConverged);
            OutputStream toLoad = load.getOutputStream();
            toLoad.write('\n');
            toLoad.flush();
            await().atMost(TIMEOUT).until(() -> LoadVerifier.parse(loadOutput).isComplete(NODES));

            processCluster.assertOneLeaderAtATime();
            LoadVerifier log = LoadVerifier.parse(loadOutput);
            log.verify(terminations);
            System.out.println("chaos: seed " + seed + ", " + faults.size() + " faults, " + log);
        } catch (Exception | AssertionError e) {
            TestArtifacts.save(folder, "chaos" + seed);
            throw new AssertionError(
                    "with seed " + seed + "\n" + String.join("\n", faults) + "\n" + LoadVerifier.parse(loadOutput), e);
        }
    }

    private void inject(Fault fault, int node, NodeProcess process) throws Exception {
        int host = node + 1;
        switch (fault) {
            case KILL, STOP -> {
                long now = System.nanoTime();
                if (fault == Fault.KILL) {
                    process.kill();
                } else {
                    process.stop();
                }
                process.awaitExit();
                terminations.add(
                        new LoadVerifier.Termination(node, now - MAX_UNREPLICATED.toNanos(), System.nanoTime()));
                pause(3_000);
                process.restart();
            }
            case FREEZE -> {
                process.signal("STOP");
                pause(8_000);
                process.signal("CONT");
            }
            case DISCONNECT -> {
                namespaceNetwork.disconnect(host);
                pause(8_000);
                namespaceNetwork.reconnect(host);
            }
            case DROP_OUTGOING -> {
                namespaceNetwork.dropOutgoing(host);
                pause(8_000);
                namespaceNetwork.restoreOutgoing(host);
            }
            case DROP_INCOMING -> {
                namespaceNetwork.dropIncoming(host);
                pause(8_000);
                namespaceNetwork.restoreIncoming(host);
            }
        }
    }

    /** Up to so long: what is asked for is that time passes. */
    private void pause(int millis) {
        Duration length = Duration.ofMillis(random.nextInt(millis) + 1L);
        long began = System.nanoTime();
        await().atMost(TIMEOUT).until(() -> System.nanoTime() - began >= length.toNanos());
    }
}
