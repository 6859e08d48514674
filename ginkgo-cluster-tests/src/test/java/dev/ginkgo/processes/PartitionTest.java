package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import dev.ginkgo.processes.NodeProcess.ProcessLeaderAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes on three hosts; the leader's is cut off from the others. There is no secret, which is allowed. */
@Tag("long")
class PartitionTest {
    private static final int PORT = 4440;
    private static final Duration LONG = Duration.ofSeconds(15);

    /** What the leader has committed is known to all by then. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** Three times the silence, its verification, and the election. */
    private static final Duration NEXT = Duration.ofSeconds(9);

    /** In which all are one roster again, once it has healed. */
    private static final Duration ONE_ROSTER = Duration.ofSeconds(5);

    /** Three times as long: a machine may be busy. */
    private static final Duration HEALED = ONE_ROSTER.multipliedBy(3);

    /** What is done to the cable of a host. */
    private interface Fault {
        void on(NamespaceNetwork namespaceNetwork, int host) throws Exception;
    }

    @TempDir
    Path folder;

    private NamespaceNetwork namespaceNetwork;
    private final ProcessCluster processCluster = new ProcessCluster();

    @BeforeEach
    void start() throws Exception {
        namespaceNetwork = new NamespaceNetwork(3);
        Address first = new Address(NamespaceNetwork.address(1), PORT);
        for (int host = 1; host <= 3; host++) {
            Address here = new Address(NamespaceNetwork.address(host), PORT);
            processCluster.add(new NodeProcess(
                    here,
                    folder,
                    host == 1 ? List.of() : List.of(first),
                    namespaceNetwork.commandPrefix(host),
                    "insecure = true"));
        }
        await().during(SETTLED)
                .atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.countLines("becomes a voter") == 2 && processCluster.hasConverged());
    }

    @AfterEach
    void end() throws Exception {
        try {
            processCluster.close();
        } finally {
            if (namespaceNetwork != null) {
                namespaceNetwork.remove();
            }
        }
    }

    /** How long it took until all were one again. */
    private Duration cutOff(Fault fault, Fault repair, Duration during) throws Exception {
        // Given a leader
        NodeProcess old = processCluster.leader();
        int host = processCluster.nodes().indexOf(old) + 1;
        long epoch = processCluster.leaderActions().getLast().epoch();

        // When it is cut off
        long cut = System.nanoTime();
        fault.on(namespaceNetwork, host);
        ProcessLeaderAction next = processCluster.awaitNewLeader(old, cut);
        Duration taken = Duration.ofNanos(next.nanos() - cut);

        // Then another leads, and it does not, as long as that lasts
        assertThat(taken).isLessThan(NEXT);
        assertThat(next.epoch()).isGreaterThan(epoch);
        await().atMost(ProcessCluster.TIMEOUT).until(() -> System.nanoTime() - cut >= during.toNanos());
        long healed = System.nanoTime();
        assertThat(old.leaderActions())
                .noneMatch(processLeaderAction ->
                        processLeaderAction.nanos() >= next.nanos() && processLeaderAction.nanos() < healed);

        // And when it is not any more, all are one cluster again
        repair.on(namespaceNetwork, host);
        await().atMost(HEALED).until(processCluster::hasConverged);
        Duration one = Duration.ofNanos(System.nanoTime() - healed);
        System.out.printf(
                "partition: the next acts after %d ms; all are one %d ms after it has healed%n",
                taken.toMillis(), one.toMillis());

        // And the other one has led all the time, and goes on: who comes back deposes nobody
        await().during(SETTLED).atMost(ProcessCluster.TIMEOUT).until(processCluster::hasConverged);
        assertThat(processCluster.leaderActions())
                .filteredOn(processLeaderAction -> processLeaderAction.nanos() >= next.nanos())
                .allMatch(processLeaderAction -> processLeaderAction.epoch() == next.epoch());
        processCluster.assertOneLeaderAtATime();
        return one;
    }

    private void cutOffOften(Fault fault, Fault repair, int times) throws Exception {
        List<Duration> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(cutOff(fault, repair, LONG));
        }
        all.sort(Comparator.naturalOrder());
        System.out.printf(
                "partition: of %d, all are one after %d ms in the median, %d ms at most%n",
                times, all.get(times / 2).toMillis(), all.getLast().toMillis());
        assertThat(all.getLast()).isLessThan(ONE_ROSTER);
    }

    @Test
    @DisplayName(
            "K-06 K-07 a leader that is cut off for 15 s leads no more, another does, and all are one within 5 s of"
                    + " healing, ten times of ten")
    void unpluggedOften() throws Exception {
        cutOffOften(NamespaceNetwork::disconnect, NamespaceNetwork::reconnect, 10);
    }

    @Test
    @DisplayName(
            "K-06 a leader that hears the others for 15 s but is not heard gives way to another, five times of five")
    void mute() throws Exception {
        cutOffOften(NamespaceNetwork::dropOutgoing, NamespaceNetwork::restoreOutgoing, 5);
    }

    @Test
    @DisplayName("K-06 a leader that is heard by the others for 15 s but hears nobody gives way, five times of five")
    void deaf() throws Exception {
        cutOffOften(NamespaceNetwork::dropIncoming, NamespaceNetwork::restoreIncoming, 5);
    }
}
