package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.processes.NodeProcess.ProcessLeaderAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes; one of them is killed, frozen or stopped, and back when the test ends. Every act of every leader is on
 * one clock.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailoverTest {
    private static final Duration PATIENCE = ProcessCluster.TIMEOUT;

    /** Three times the second and a third that a kill should cost. */
    private static final Duration KILL = Duration.ofSeconds(4);

    /** What the leader has committed is known to all by then. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final ProcessCluster processCluster = new ProcessCluster();

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        NodeProcess first = processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of()));
        processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
        processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
        await().atMost(PATIENCE).until(() -> processCluster.countLines("becomes a voter") == 2);
    }

    @BeforeEach
    void settle() {
        await().during(SETTLED).atMost(PATIENCE).until(processCluster::hasConverged);
    }

    @AfterAll
    void end() throws Exception {
        processCluster.close();
    }

    private static Duration since(long then, long now) {
        return Duration.ofNanos(now - then);
    }

    private Duration killLeader() throws Exception {
        NodeProcess old = processCluster.leader();
        List<NodeProcess> rest = processCluster.allExcept(old);
        long then = System.nanoTime();
        old.kill();
        Duration taken = since(then, processCluster.awaitNewLeader(old, then).nanos());
        await().atMost(PATIENCE)
                .until(() -> rest.get(0).hasRoster(rest) && rest.get(1).hasRoster(rest));
        System.out.printf("failover: kill -9 of the leader: the next acts after %d ms%n", taken.toMillis());
        old.restart();
        await().atMost(PATIENCE).until(processCluster::hasConverged);
        return taken;
    }

    @Test
    @DisplayName(
            "K-01 K-04 K-05 K-10 the leader is killed: the next leads under a higher epoch, the ghost leaves the roster,"
                    + " and the old one comes back as a follower")
    void killed() throws Exception {
        long before = processCluster.leaderActions().getLast().epoch();

        assertThat(killLeader()).isLessThan(KILL);

        long after = processCluster.leaderActions().getLast().epoch();
        assertThat(after).isGreaterThan(before);
        processCluster.assertOneLeaderAtATime();
    }

    @Test
    @Tag("long")
    @DisplayName("K-01 K-05 the leader is killed twenty times")
    void killedOften() throws Exception {
        List<Duration> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(killLeader());
        }
        all.sort(Comparator.naturalOrder());
        System.out.printf(
                "failover: of 20, median %d ms, longest %d ms%n",
                all.get(10).toMillis(), all.getLast().toMillis());
        assertThat(all.getLast()).isLessThan(KILL);
        processCluster.assertOneLeaderAtATime();
    }

    /** How long it took until another led, and until all knew each other again. */
    private record Frozen(Duration next, Duration together) {}

    private Frozen freezeLeader(Duration during) throws Exception {
        NodeProcess old = processCluster.leader();
        long then = System.nanoTime();
        old.signal("STOP");
        Duration next = since(then, processCluster.awaitNewLeader(old, then).nanos());

        await().atMost(PATIENCE).until(() -> System.nanoTime() - then > during.toNanos());
        old.signal("CONT");
        long woken = System.nanoTime();
        await().atMost(PATIENCE).until(processCluster::hasConverged);
        Duration together = since(woken, System.nanoTime());

        System.out.printf(
                "failover: SIGSTOP of the leader: the next acts after %d ms; all know each other %d ms after SIGCONT%n",
                next.toMillis(), together.toMillis());
        processCluster.assertOneLeaderAtATime();
        return new Frozen(next, together);
    }

    @Test
    @Tag("long")
    @DisplayName("K-03 the leader is frozen for 20 s, ten times: another leads within 4 s, the old one wakes without a"
            + " lease, and all know each other within 5 s")
    void frozenOften() throws Exception {
        List<Frozen> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(freezeLeader(Duration.ofSeconds(20)));
            await().during(SETTLED).atMost(PATIENCE).until(processCluster::hasConverged);
        }
        List<Duration> next = all.stream().map(Frozen::next).sorted().toList();
        List<Duration> together = all.stream().map(Frozen::together).sorted().toList();
        System.out.printf(
                "failover: of 10, the next acts after %d ms in the median, %d at most; all know each other after %d, %d"
                        + " at most%n",
                next.get(5).toMillis(),
                next.getLast().toMillis(),
                together.get(5).toMillis(),
                together.getLast().toMillis());
        assertThat(next.getLast()).isLessThan(Duration.ofSeconds(4));
        assertThat(together.getLast()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    @DisplayName("K-16 the leader is stopped in order: no longer gap than after a kill")
    void stopped() throws Exception {
        NodeProcess old = processCluster.leader();
        long then = System.nanoTime();
        old.stop();
        ProcessLeaderAction first = processCluster.awaitNewLeader(old, then);
        long last = old.leaderActions().getLast().nanos();
        System.out.printf(
                "failover: orderly stop of the leader: a gap of %d ms%n",
                since(last, first.nanos()).toMillis());
        assertThat(since(last, first.nanos())).isLessThan(Duration.ofMillis(1_300));
        processCluster.assertOneLeaderAtATime();
        old.restart();
        await().atMost(PATIENCE).until(processCluster::hasConverged);
    }

    @Test
    @DisplayName("K-06 K-07 of three voters one alone does not lead; with a second it does")
    void minority() throws Exception {
        NodeProcess leader = processCluster.leader();
        NodeProcess last = processCluster.allExcept(leader).getFirst();
        List<NodeProcess> dead = processCluster.allExcept(last);
        for (NodeProcess each : dead) {
            each.kill();
        }
        await().atMost(PATIENCE).until(() -> last.hasRoster(List.of(last)) && !last.isReady());
        long alone = System.nanoTime();
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !last.isReady());
        assertThat(last.leaderActions()).noneMatch(processLeaderAction -> processLeaderAction.nanos() > alone);

        long then = System.nanoTime();
        dead.getFirst().restart();

        await().atMost(PATIENCE)
                .until(() -> processCluster.leaderActions().getLast().nanos() > then && last.isReady());
        processCluster.assertOneLeaderAtATime();
        dead.getLast().restart();
        await().atMost(PATIENCE).until(processCluster::hasConverged);
    }
}
