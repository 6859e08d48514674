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
 * Three hubs, each a process on a separate host, that are killed, stopped, frozen and disconnected at random under
 * load. The guarantees are checked in the output of the processes.
 */
class ChaosTest {
    private static final int NODES = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** How long before its end a node, or the peer with the only copies, may have been disconnected. */
    private static final Duration MAX_UNREPLICATED = Duration.ofSeconds(15);

    /** A fault of one node. */
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
                    hubSettings(NamespaceNetwork.address(host))));
        }
        await().atMost(TIMEOUT).until(() -> processCluster.hasConverged());
        loadOutput = folder.resolve("load.out");
        List<String> command = new ArrayList<>(namespaceNetwork.commandPrefix(NODES + 1));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dsun.net.http.retryPost=false", // no POST is repeated
                "-cp",
                System.getProperty("java.class.path"),
                LoadGenerator.class.getName()));
        IntStream.rangeClosed(1, NODES).mapToObj(NamespaceNetwork::address).forEach(command::add);
        load = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(loadOutput.toFile())
                .start();
        await().atMost(TIMEOUT).until(() -> {
            LoadVerifier verifier = LoadVerifier.parse(loadOutput);
            return IntStream.range(0, NODES).allMatch(node -> verifier.acceptedBy(node) > 10);
        });
    }

    private static String hubSettings(String address) {
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
    void tearDown() throws Exception {
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
            "K-03 K-05 K-06 K-20 H-16 half a minute of random faults: one leader at a time, no older epoch after a newer"
                    + " one, no duplicates, publisher order, and every loss is a gap")
    void guaranteesHoldForHalfAMinute() throws Exception {
        runFaults(Duration.ofSeconds(30));
    }

    @Test
    @Tag("long")
    @DisplayName("K-03 K-05 K-06 K-20 H-16 the same guarantees for ten minutes")
    void guaranteesHoldForTenMinutes() throws Exception {
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
                pause(5_000); // often shorter than recovery takes
            }
            await().atMost(TIMEOUT).until(processCluster::hasConverged);
            await().during(Duration.ofSeconds(2)).atMost(TIMEOUT).until(processCluster::hasConverged);
            OutputStream loadInput = load.getOutputStream();
            loadInput.write('\n');
            loadInput.flush();
            await().atMost(TIMEOUT).until(() -> LoadVerifier.parse(loadOutput).isComplete(NODES));

            processCluster.assertOneLeaderAtATime();
            LoadVerifier verifier = LoadVerifier.parse(loadOutput);
            verifier.verify(terminations);
            System.out.println("chaos: seed " + seed + ", " + faults.size() + " faults, " + verifier);
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

    /** Waits for a random time up to a maximum. */
    private void pause(int maxMillis) {
        Duration length = Duration.ofMillis(random.nextInt(maxMillis) + 1L);
        long began = System.nanoTime();
        await().atMost(TIMEOUT).until(() -> System.nanoTime() - began >= length.toNanos());
    }
}
