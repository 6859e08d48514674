package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.mesh.NodeProcess.Act;
import java.io.IOException;
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

/** Three processes; one of them is killed, frozen or stopped. Every act of every leader is on one clock. */
class FailoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Three times the second and a third that a kill should cost. */
    private static final Duration KILL = Duration.ofSeconds(4);

    /** Three times the silence, its verification, and the election. */
    private static final Duration FREEZE = Duration.ofSeconds(9);

    /** What the leader has committed is known to all by then. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final List<NodeProcess> nodes = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        NodeProcess first = new NodeProcess(Ports.free(), folder, List.of());
        nodes.add(first);
        nodes.add(new NodeProcess(Ports.free(), folder, List.of(first.identity)));
        nodes.add(new NodeProcess(Ports.free(), folder, List.of(first.identity)));
        await().during(SETTLED).atMost(PATIENCE).until(() -> saidByAny("becomes a voter") == 2 && everybodyIsThere());
    }

    @AfterEach
    void end() throws Exception {
        for (NodeProcess node : nodes) {
            node.close();
        }
        for (NodeProcess node : nodes) {
            assertThat(node.said()).noneMatch(line -> line.contains(" ERROR ") && line.contains("MeshRaft"));
        }
    }

    private long saidByAny(String what) throws IOException {
        long count = 0;
        for (NodeProcess node : nodes) {
            count += node.said().stream().filter(line -> line.contains(what)).count();
        }
        return count;
    }

    private boolean everybodyIsThere() throws IOException {
        for (NodeProcess node : nodes) {
            if (!node.knows(nodes) || !node.isReady()) {
                return false;
            }
        }
        return true;
    }

    /** In the order of the clock. */
    private List<Act> acts() throws IOException {
        List<Act> all = new ArrayList<>();
        for (NodeProcess node : nodes) {
            all.addAll(node.acts());
        }
        all.sort(Comparator.comparingLong(Act::nanos));
        return all;
    }

    private NodeProcess leader() throws IOException {
        String name = acts().getLast().node();
        return nodes.stream()
                .filter(each -> each.identity.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The first act of another than that one after the moment. */
    private Act awaitOther(NodeProcess old, long since) {
        return await().atMost(PATIENCE)
                .until(
                        () -> acts().stream()
                                .filter(act -> act.nanos() > since)
                                .filter(act -> !act.node().equals(old.identity.toString()))
                                .findFirst()
                                .orElse(null),
                        act -> act != null);
    }

    /** No two leaders act at once: on one clock, the epochs of all acts only grow. */
    private void assertOneAtATime() throws IOException {
        List<Act> acts = acts();
        for (int i = 1; i < acts.size(); i++) {
            Act before = acts.get(i - 1);
            Act after = acts.get(i);
            assertThat(after.epoch()).as("%s after %s", after, before).isGreaterThanOrEqualTo(before.epoch());
            assertThat(after.epoch() > before.epoch() || after.node().equals(before.node()))
                    .as("%s has the epoch of %s", after, before)
                    .isTrue();
        }
    }

    private static Duration since(long then, long now) {
        return Duration.ofNanos(now - then);
    }

    private Duration killLeader() throws Exception {
        NodeProcess old = leader();
        List<NodeProcess> rest = new ArrayList<>(nodes);
        rest.remove(old);
        long then = System.nanoTime();
        old.kill();
        Duration taken = since(then, awaitOther(old, then).nanos());
        await().atMost(PATIENCE)
                .until(() -> rest.get(0).knows(rest) && rest.get(1).knows(rest));
        System.out.printf("failover: kill -9 of the leader: the next acts after %d ms%n", taken.toMillis());
        old.restart();
        await().atMost(PATIENCE).until(this::everybodyIsThere);
        return taken;
    }

    @Test
    @DisplayName(
            "K-01 K-04 K-05 K-10 the leader is killed: the next leads under a higher epoch, the ghost leaves the roster,"
                    + " and the old one comes back as a follower")
    void killed() throws Exception {
        long before = acts().getLast().epoch();

        assertThat(killLeader()).isLessThan(KILL);

        long after = acts().getLast().epoch();
        assertThat(after).isGreaterThan(before);
        assertOneAtATime();
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
        assertOneAtATime();
    }

    @Test
    @DisplayName("K-03 the leader is frozen for 20 s: another leads, and the old one wakes without a lease")
    void frozen() throws Exception {
        NodeProcess old = leader();
        long then = System.nanoTime();
        old.signal("STOP");
        Duration taken = since(then, awaitOther(old, then).nanos());
        System.out.printf("failover: SIGSTOP of the leader: the next acts after %d ms%n", taken.toMillis());
        assertThat(taken).isLessThan(FREEZE);

        await().atMost(PATIENCE)
                .until(() -> System.nanoTime() - then > Duration.ofSeconds(20).toNanos());
        old.signal("CONT");
        long woken = System.nanoTime();

        await().atMost(PATIENCE).until(this::everybodyIsThere);
        System.out.printf(
                "failover: all know each other %d ms after SIGCONT%n",
                since(woken, System.nanoTime()).toMillis());
        assertOneAtATime();
    }

    @Test
    @DisplayName("K-16 the leader is stopped in order: no longer gap than after a kill")
    void stopped() throws Exception {
        NodeProcess old = leader();
        long then = System.nanoTime();
        old.stop();
        Act first = awaitOther(old, then);
        long last = old.acts().getLast().nanos();
        System.out.printf(
                "failover: orderly stop of the leader: a gap of %d ms%n",
                since(last, first.nanos()).toMillis());
        assertThat(since(last, first.nanos())).isLessThan(Duration.ofMillis(1_300));
        assertOneAtATime();
    }

    @Test
    @DisplayName("K-06 K-07 of three voters one alone does not lead; with a second it does")
    void minority() throws Exception {
        NodeProcess leader = leader();
        NodeProcess last =
                nodes.stream().filter(each -> each != leader).findFirst().orElseThrow();
        List<NodeProcess> dead = new ArrayList<>(nodes);
        dead.remove(last);
        for (NodeProcess each : dead) {
            each.kill();
        }
        await().atMost(PATIENCE).until(() -> last.knows(List.of(last)) && !last.isReady());
        await().during(Duration.ofSeconds(3))
                .atMost(PATIENCE)
                .until(() -> last.acts().isEmpty() && !last.isReady());

        long then = System.nanoTime();
        dead.getFirst().restart();

        await().atMost(PATIENCE).until(() -> acts().getLast().nanos() > then && last.isReady());
        assertOneAtATime();
        dead.getLast().restart();
        await().atMost(PATIENCE).until(this::everybodyIsThere);
    }

    @Test
    @DisplayName("K-02 K-04 a voter that died is replaced by a node that learns, and so two more may die, one by one")
    void replaced() throws Exception {
        nodes.add(new NodeProcess(Ports.free(), folder, List.of(nodes.getFirst().identity)));
        await().atMost(PATIENCE).until(this::everybodyIsThere);
        NodeProcess leader = leader();
        NodeProcess dead = nodes.subList(0, 3).stream()
                .filter(each -> each != leader)
                .findFirst()
                .orElseThrow();
        List<NodeProcess> rest = new ArrayList<>(nodes);
        rest.remove(dead);

        dead.kill();

        await().during(SETTLED)
                .atMost(PATIENCE)
                .until(() -> saidByAny("becomes a voter (instead of " + dead.identity) == 1
                        && saidByAny(dead.identity + " votes no longer") == 1);
        for (NodeProcess each : rest) {
            await().atMost(PATIENCE).until(() -> each.knows(rest));
        }
        long then = System.nanoTime();
        leader.kill();
        awaitOther(leader, then);
        assertOneAtATime();
    }
}
