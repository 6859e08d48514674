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
    private static final Duration PATIENCE = ProcessCluster.PATIENCE;

    /** Three times the second and a third that a kill should cost. */
    private static final Duration KILL = Duration.ofSeconds(4);

    /** What the leader has committed is known to all by then. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final ProcessCluster nodes = new ProcessCluster();

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        NodeProcess first = nodes.add(new NodeProcess(FreePorts.free(), folder, List.of()));
        nodes.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
        nodes.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
        await().atMost(PATIENCE).until(() -> nodes.said("becomes a voter") == 2);
    }

    @BeforeEach
    void settle() {
        await().during(SETTLED).atMost(PATIENCE).until(nodes::areTogether);
    }

    @AfterAll
    void end() throws Exception {
        nodes.close();
    }

    private static Duration since(long then, long now) {
        return Duration.ofNanos(now - then);
    }

    private Duration killLeader() throws Exception {
        NodeProcess old = nodes.leader();
        List<NodeProcess> rest = nodes.but(old);
        long then = System.nanoTime();
        old.kill();
        Duration taken = since(then, nodes.awaitOther(old, then).nanos());
        await().atMost(PATIENCE)
                .until(() -> rest.get(0).knows(rest) && rest.get(1).knows(rest));
        System.out.printf("failover: kill -9 of the leader: the next acts after %d ms%n", taken.toMillis());
        old.restart();
        await().atMost(PATIENCE).until(nodes::areTogether);
        return taken;
    }

    @Test
    @DisplayName(
            "K-01 K-04 K-05 K-10 the leader is killed: the next leads under a higher epoch, the ghost leaves the roster,"
                    + " and the old one comes back as a follower")
    void killed() throws Exception {
        long before = nodes.acts().getLast().epoch();

        assertThat(killLeader()).isLessThan(KILL);

        long after = nodes.acts().getLast().epoch();
        assertThat(after).isGreaterThan(before);
        nodes.assertOneAtATime();
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
        nodes.assertOneAtATime();
    }

    /** How long it took until another led, and until all knew each other again. */
    private record Frozen(Duration next, Duration together) {}

    private Frozen freezeLeader(Duration during) throws Exception {
        NodeProcess old = nodes.leader();
        long then = System.nanoTime();
        old.signal("STOP");
        Duration next = since(then, nodes.awaitOther(old, then).nanos());

        await().atMost(PATIENCE).until(() -> System.nanoTime() - then > during.toNanos());
        old.signal("CONT");
        long woken = System.nanoTime();
        await().atMost(PATIENCE).until(nodes::areTogether);
        Duration together = since(woken, System.nanoTime());

        System.out.printf(
                "failover: SIGSTOP of the leader: the next acts after %d ms; all know each other %d ms after SIGCONT%n",
                next.toMillis(), together.toMillis());
        nodes.assertOneAtATime();
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
            await().during(SETTLED).atMost(PATIENCE).until(nodes::areTogether);
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
        NodeProcess old = nodes.leader();
        long then = System.nanoTime();
        old.stop();
        ProcessLeaderAction first = nodes.awaitOther(old, then);
        long last = old.acts().getLast().nanos();
        System.out.printf(
                "failover: orderly stop of the leader: a gap of %d ms%n",
                since(last, first.nanos()).toMillis());
        assertThat(since(last, first.nanos())).isLessThan(Duration.ofMillis(1_300));
        nodes.assertOneAtATime();
        old.restart();
        await().atMost(PATIENCE).until(nodes::areTogether);
    }

    @Test
    @DisplayName("K-06 K-07 of three voters one alone does not lead; with a second it does")
    void minority() throws Exception {
        NodeProcess leader = nodes.leader();
        NodeProcess last = nodes.but(leader).getFirst();
        List<NodeProcess> dead = nodes.but(last);
        for (NodeProcess each : dead) {
            each.kill();
        }
        await().atMost(PATIENCE).until(() -> last.knows(List.of(last)) && !last.isReady());
        long alone = System.nanoTime();
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !last.isReady());
        assertThat(last.acts()).noneMatch(act -> act.nanos() > alone);

        long then = System.nanoTime();
        dead.getFirst().restart();

        await().atMost(PATIENCE).until(() -> nodes.acts().getLast().nanos() > then && last.isReady());
        nodes.assertOneAtATime();
        dead.getLast().restart();
        await().atMost(PATIENCE).until(nodes::areTogether);
    }
}
