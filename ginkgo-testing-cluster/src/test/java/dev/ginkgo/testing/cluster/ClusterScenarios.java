package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.testing.cluster.ScenarioCluster.Fault;
import dev.ginkgo.testing.cluster.ScenarioCluster.LeaderAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Failure scenarios for a cluster of three hubs. The same scenarios run on nodes under a test's clock and on processes
 * on separate hosts; therefore they do not check durations, which other tests cover.
 */
public abstract class ClusterScenarios {
    /** The pause between two messages of a node. */
    private static final Duration PUBLISH_INTERVAL = Duration.ofMillis(250);

    /** More messages than a hub retains per channel. */
    private static final int MORE_THAN_RETAINED = 1_500;

    private final List<List<String>> published = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private String name = "";
    private ScenarioCluster scenarioCluster;

    /** Returns a cluster of three nodes; it may be the cluster of the previous scenario. */
    protected abstract ScenarioCluster scenarioCluster() throws Exception;

    /** Returns how long a node stays frozen. */
    protected Duration freezeDuration() {
        return Duration.ofSeconds(20);
    }

    /**
     * Returns whether all messages published while a node was away must arrive, and not only be reported as missing. A
     * missing range is lost after five seconds without a response, which can be too short on a loaded machine.
     */
    protected boolean requiresCompleteDelivery() {
        return true;
    }

    /** Returns how long a node stays cut off, in one direction or both. */
    protected Duration cutOffDuration(Fault fault) {
        return Duration.ofSeconds(15);
    }

    @BeforeEach
    void begin(TestInfo test) throws Exception {
        name = test.getTestMethod().orElseThrow().getName();
        published.forEach(List::clear);
        scenarioCluster = scenarioCluster();
        scenarioCluster.begin();
    }

    // ---- one node is unreachable

    @Test
    @DisplayName("K-03 K-05 K-20 the leader is frozen: another node leads; after it resumes, the old leader does"
            + " nothing under its old epoch, and misses no message")
    void replacesAFrozenLeader_withoutLoss() {
        replacesLeader(Fault.FREEZE, freezeDuration());
    }

    @Test
    @DisplayName("K-03 K-05 K-06 K-07 K-20 the leader is cut off: it stops leading; after the partition heals, no"
            + " message published on either side is missing on any node")
    void replacesALeaderThatIsCutOff_withoutLoss() {
        replacesLeader(Fault.CUT_OFF, cutOffDuration(Fault.CUT_OFF));
    }

    @Test
    @DisplayName("K-03 K-05 K-06 K-20 the same for a leader that can receive but not send")
    void replacesALeaderThatCannotSend_withoutLoss() {
        replacesLeader(Fault.CANNOT_SEND, cutOffDuration(Fault.CANNOT_SEND));
    }

    @Test
    @DisplayName("K-03 K-05 K-06 K-20 the same for a leader that can send but not receive")
    void replacesALeaderThatCannotReceive_withoutLoss() {
        replacesLeader(Fault.CANNOT_RECEIVE, cutOffDuration(Fault.CANNOT_RECEIVE));
    }

    private void replacesLeader(Fault fault, Duration length) {
        // Given a leader, and messages published by every node
        LeaderAction old = scenarioCluster.awaitLeader();
        ScenarioCluster.nodes().forEach(this::publish);
        awaitAllReadEverywhere();

        // When the fault hits it, while it and the others continue publishing
        long faultAt = scenarioCluster.nanos();
        scenarioCluster.injectFault(fault, old.node());
        LeaderAction next = scenarioCluster.awaitOtherLeader(old.node(), faultAt);
        while (scenarioCluster.nanos() - faultAt < length.toNanos()) {
            ScenarioCluster.nodes()
                    .filter(node -> fault != Fault.FREEZE || node != old.node())
                    .forEach(this::publish);
            scenarioCluster.advance(PUBLISH_INTERVAL);
        }
        long healedAt = scenarioCluster.nanos();
        scenarioCluster.heal();
        scenarioCluster.awaitConverged();
        ScenarioCluster.nodes().forEach(this::publish);

        // Then it did not act as leader after the other node did, and its return did not depose the new leader
        assertThat(next.epoch()).isGreaterThan(old.epoch());
        assertThat(scenarioCluster.actions(old.node()))
                .noneMatch(leaderAction -> leaderAction.nanos() >= next.nanos() && leaderAction.nanos() < healedAt)
                .noneMatch(leaderAction -> leaderAction.nanos() >= healedAt && leaderAction.epoch() <= old.epoch());
        assertThat(scenarioCluster.awaitLeader().node()).isEqualTo(next.node());
        assertLeadersDoNotOverlap();

        // And every node received every message once, and no gap was reported
        ScenarioCluster.nodes().forEach(node -> {
            scenarioCluster.await("node " + node + " receives all of " + all(), () -> receivedOrReported(node, all()));
            if (requiresCompleteDelivery() || !scenarioCluster.read(node).contains(ScenarioCluster.GAP)) {
                assertThat(scenarioCluster.read(node))
                        .as("gaps at node %d", node)
                        .doesNotContain(ScenarioCluster.GAP);
                assertThat(own(scenarioCluster.history(node)))
                        .as("retained by node %d", node)
                        .hasSameElementsAs(all());
            }
            assertInOrder("received", node, scenarioCluster.read(node));
            assertInOrder("retained", node, scenarioCluster.history(node));
        });
    }

    // ---- one node dies

    @Test
    @DisplayName("K-05 K-10 K-20 H-16 the leader is killed while another node is frozen: the survivors receive all"
            + " messages of each other, and each message of the dead node that one of them has, or a gap; the"
            + " restarted node follows, and has the history of the others")
    void survivorsAgree_whenTheLeaderIsKilled() {
        // Given a leader, and a node that is frozen too briefly to lose its membership
        LeaderAction old = scenarioCluster.awaitLeader();
        int frozen = (old.node() + 1) % ScenarioCluster.NODES;
        int other = (old.node() + 2) % ScenarioCluster.NODES;
        ScenarioCluster.nodes().forEach(this::publish);
        awaitAllReadEverywhere();
        scenarioCluster.injectFault(Fault.FREEZE, frozen);

        // When the leader dies after publishing a burst of messages
        burst(old.node(), 800, 8_000);
        long faultAt = scenarioCluster.nanos();
        scenarioCluster.kill(old.node());
        scenarioCluster.heal();
        publish(frozen);
        publish(other);
        LeaderAction next = scenarioCluster.awaitOtherLeader(old.node(), faultAt);
        scenarioCluster.awaitConverged();
        assertThat(next.epoch()).isGreaterThan(old.epoch());
        publish(frozen);
        publish(other);
        awaitRead(frozen, of(frozen, other));
        awaitRead(other, of(frozen, other));

        // Then each message that one survivor received and the other did not was reported as a gap
        awaitSettled(frozen, other);
        assertMissingMessagesWereReported(frozen, other);
        assertMissingMessagesWereReported(other, frozen);

        // And the restarted node has their history, and does not lead
        scenarioCluster.start(old.node());
        scenarioCluster.awaitConverged();
        assertThat(scenarioCluster.awaitLeader().node()).isEqualTo(next.node());
        assertLeadersDoNotOverlap();
        Set<String> retained = new HashSet<>(own(scenarioCluster.history(other)));
        if (!scenarioCluster.read(frozen).contains(ScenarioCluster.GAP)
                && !scenarioCluster.read(other).contains(ScenarioCluster.GAP)) {
            assertThat(own(scenarioCluster.history(frozen))).hasSameElementsAs(retained);
            if (!scenarioCluster.waitsForStateTransfer()) {
                published.get(old.node()).forEach(retained::remove);
            }
            assertThat(own(scenarioCluster.history(old.node()))).hasSameElementsAs(retained);
        }
        ScenarioCluster.nodes()
                .forEach(node -> assertThat(scenarioCluster.history(node)).containsAll(of(frozen, other)));
        ScenarioCluster.nodes().forEach(node -> assertInOrder("retained", node, scenarioCluster.history(node)));
        publish(old.node());
        ScenarioCluster.nodes()
                .forEach(node ->
                        awaitRead(node, List.of(published.get(old.node()).getLast())));
    }

    /** Waits until both received the same messages, or one of them a gap. */
    private void awaitSettled(int a, int b) {
        scenarioCluster.await("the same messages at nodes " + a + " and " + b, () -> {
            Set<String> here = new HashSet<>(scenarioCluster.read(a));
            Set<String> there = new HashSet<>(scenarioCluster.read(b));
            return here.contains(ScenarioCluster.GAP) || there.contains(ScenarioCluster.GAP) || here.equals(there);
        });
    }

    private void assertMissingMessagesWereReported(int here, int there) {
        List<String> read = scenarioCluster.read(here);
        assertInOrder("received", here, read);
        List<String> missing = new ArrayList<>(own(scenarioCluster.read(there)));
        missing.removeAll(new HashSet<>(read));
        if (!missing.isEmpty()) {
            assertThat(read).as("node %d misses %s", here, missing).contains(ScenarioCluster.GAP);
        }
    }

    // ---- all nodes

    @Test
    @DisplayName("K-05 K-08 all nodes are stopped, and started in another order: the same cluster, under a higher"
            + " epoch")
    void sameCluster_afterAllNodesRestarted() {
        LeaderAction old = scenarioCluster.awaitLeader();
        String cluster = cluster(old.node());
        long stoppedAt = scenarioCluster.nanos();

        List.of(0, 1, 2).forEach(scenarioCluster::stop);
        List.of(2, 0, 1).forEach(scenarioCluster::start);
        scenarioCluster.awaitConverged();

        LeaderAction next = scenarioCluster.awaitLeader();
        assertThat(next.epoch()).isGreaterThan(old.epoch());
        ScenarioCluster.nodes()
                .forEach(node -> scenarioCluster.await(
                        "node " + node + " knows the cluster " + cluster,
                        () -> cluster(node).equals(cluster)));
        assertThat(scenarioCluster.actions())
                .noneMatch(leaderAction -> leaderAction.nanos() > stoppedAt && leaderAction.epoch() < old.epoch());
        assertLeadersDoNotOverlap();
        ScenarioCluster.nodes().forEach(this::publish);
        awaitAllReadEverywhere();
    }

    private String cluster(int node) {
        return scenarioCluster.leadership(node).replaceFirst(".*@", "");
    }

    // ---- evicted messages

    @Test
    @DisplayName("H-16 a node is cut off while more messages are published than hubs retain: its subscriber receives a"
            + " gap in their place and the retained messages; subscribers of other nodes receive no gap")
    void lossesAreReported() {
        int away = (scenarioCluster.awaitLeader().node() + 1) % ScenarioCluster.NODES;
        int other = (away + 1) % ScenarioCluster.NODES;
        publish(other);
        awaitAllReadEverywhere();

        scenarioCluster.injectFault(Fault.CUT_OFF, away);
        burst(other, MORE_THAN_RETAINED, 100);
        scenarioCluster.advance(Duration.ofSeconds(5)); // retention has a grace period while a subscriber reads
        scenarioCluster.heal();
        scenarioCluster.awaitConverged();
        publish(other);
        awaitRead(away, List.of(published.get(other).getLast()));

        List<String> all = published.get(other);
        List<String> read = scenarioCluster.read(away);
        int gap = read.indexOf(ScenarioCluster.GAP);
        assertThat(gap).isPositive();
        assertThat(read.subList(0, gap))
                .isEqualTo(all.subList(0, gap)); // some were on their way when the node was cut off
        List<String> rest = read.subList(read.lastIndexOf(ScenarioCluster.GAP) + 1, read.size());
        assertThat(rest).hasSizeGreaterThan(100).isEqualTo(all.subList(all.size() - rest.size(), all.size()));
        assertThat(scenarioCluster.read(other)).isEqualTo(all);
        awaitRead(3 - away - other, all);
        assertThat(scenarioCluster.read(3 - away - other)).isEqualTo(all);
    }

    // ---- used by all scenarios

    private void publish(int node) {
        String text = next(node);
        scenarioCluster.publish(node, text);
        published.get(node).add(text);
    }

    private void burst(int node, int count, int size) {
        String prefix = next(node);
        scenarioCluster.burst(node, count, size, prefix);
        IntStream.range(0, count).forEach(i -> published.get(node).add(prefix + "-" + i));
    }

    private String next(int node) {
        return name + "-" + node + "-" + published.get(node).size();
    }

    private List<String> of(int... nodes) {
        List<String> texts = new ArrayList<>();
        IntStream.of(nodes).forEach(node -> texts.addAll(published.get(node)));
        return texts;
    }

    private List<String> all() {
        return of(0, 1, 2);
    }

    /** Returns whether the node received these messages or a gap. */
    private boolean receivedOrReported(int node, List<String> texts) {
        List<String> read = scenarioCluster.read(node);
        return read.contains(ScenarioCluster.GAP) || new HashSet<>(read).containsAll(texts);
    }

    /** Returns the messages of this scenario. */
    private List<String> own(List<String> texts) {
        return texts.stream().filter(text -> text.startsWith(name + "-")).toList();
    }

    private void awaitAllReadEverywhere() {
        ScenarioCluster.nodes().forEach(node -> awaitRead(node, all()));
    }

    private void awaitRead(int node, List<String> texts) {
        scenarioCluster.await(
                "node " + node + " receives all of " + texts,
                () -> new HashSet<>(scenarioCluster.read(node)).containsAll(texts));
    }

    /** Checks that there are no duplicates, and that the messages of each publisher are in order. */
    private void assertInOrder(String what, int at, List<String> texts) {
        List<String> own = own(texts);
        assertThat(own).as("%s at node %d", what, at).doesNotHaveDuplicates();
        ScenarioCluster.nodes().forEach(node -> {
            List<String> all = published.get(node);
            assertThat(own.stream().filter(new HashSet<>(all)::contains))
                    .as("%s at node %d, of node %d", what, at, node)
                    .containsExactlyElementsOf(
                            all.stream().filter(new HashSet<>(own)::contains).toList());
        });
    }

    /**
     * Checks that no two nodes led at once, and that no subscriber received a message of an epoch after one of a later
     * epoch.
     */
    private void assertLeadersDoNotOverlap() {
        List<LeaderAction> actions = scenarioCluster.actions();
        for (int i = 1; i < actions.size(); i++) {
            LeaderAction before = actions.get(i - 1);
            LeaderAction after = actions.get(i);
            assertThat(after.epoch() > before.epoch()
                            || (after.epoch() == before.epoch() && after.node() == before.node()))
                    .as("%s after %s", after, before)
                    .isTrue();
        }
        long current = scenarioCluster.awaitLeader().epoch();
        ScenarioCluster.nodes().forEach(node -> {
            scenarioCluster.await(
                    "node " + node + " receives a message of epoch " + current,
                    () -> scenarioCluster.epochs(node).contains(current));
            assertThat(scenarioCluster.epochs(node))
                    .as("epochs in the order received at node %d", node)
                    .isSorted();
        });
    }
}
