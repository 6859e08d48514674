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
 * What becomes of three hubs when something befalls one of them, or all. The text is the same for nodes under a test's
 * clock and for processes on hosts of their own; how long things take is said by neither, as it is asked elsewhere.
 */
public abstract class ClusterScenarios {
    /** Between two messages of a node. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** More than a hub keeps of a channel. */
    private static final int TOO_MANY = 1_500;

    private final List<List<String>> published = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private String name = "";
    private ScenarioCluster scenarioCluster;

    /** Three nodes. They may be those of the scenario before. */
    protected abstract ScenarioCluster scenarioCluster() throws Exception;

    /** For how long a node is frozen. */
    protected Duration frozenFor() {
        return Duration.ofSeconds(20);
    }

    /**
     * Whether what was published while one was away has to come, and not only to be told as missing: who asks for it waits
     * for half a second, which may be too short for a machine that does much else.
     */
    protected boolean hasTime() {
        return true;
    }

    /** For how long it is cut off, one way or both. */
    protected Duration apartFor(Fault fault) {
        return Duration.ofSeconds(15);
    }

    @BeforeEach
    void begin(TestInfo test) throws Exception {
        name = test.getTestMethod().orElseThrow().getName();
        published.forEach(List::clear);
        scenarioCluster = scenarioCluster();
        scenarioCluster.begin();
    }

    // ---- one is away

    @Test
    @DisplayName("K-03 K-05 K-20 the leader is frozen: another leads; awake, it does nothing under its old epoch, and"
            + " lacks nothing")
    void leaderIsFrozen() {
        leaderIsAway(Fault.FREEZE, frozenFor());
    }

    @Test
    @DisplayName("K-03 K-05 K-06 K-07 K-20 the leader is cut off: it leads no more; when that is over, nothing is"
            + " missing anywhere that was published on either side")
    void leaderIsCutOff() {
        leaderIsAway(Fault.CUT_OFF, apartFor(Fault.CUT_OFF));
    }

    @Test
    @DisplayName("K-03 K-05 K-06 K-20 the same for a leader that hears the others, but is not heard")
    void leaderCannotSend() {
        leaderIsAway(Fault.MUTE, apartFor(Fault.MUTE));
    }

    @Test
    @DisplayName("K-03 K-05 K-06 K-20 the same for a leader that is heard by the others, but hears nobody")
    void leaderCannotReceive() {
        leaderIsAway(Fault.DEAFEN, apartFor(Fault.DEAFEN));
    }

    private void leaderIsAway(Fault fault, Duration length) {
        // Given a leader, and messages of all
        LeaderAction old = scenarioCluster.awaitLeader();
        ScenarioCluster.nodes().forEach(this::publish);
        awaitAllReadEverywhere();

        // When something befalls it, while it and the others go on publishing
        long fell = scenarioCluster.nanos();
        scenarioCluster.injectFault(fault, old.node());
        LeaderAction next = scenarioCluster.awaitOtherLeader(old.node(), fell);
        while (scenarioCluster.nanos() - fell < length.toNanos()) {
            ScenarioCluster.nodes()
                    .filter(node -> fault != Fault.FREEZE || node != old.node())
                    .forEach(this::publish);
            scenarioCluster.advance(PAUSE);
        }
        long healed = scenarioCluster.nanos();
        scenarioCluster.heal();
        scenarioCluster.awaitConverged();
        ScenarioCluster.nodes().forEach(this::publish);

        // Then it has not led since the other did, and has deposed nobody by coming back
        assertThat(next.epoch()).isGreaterThan(old.epoch());
        assertThat(scenarioCluster.actions(old.node()))
                .noneMatch(leaderAction -> leaderAction.nanos() >= next.nanos() && leaderAction.nanos() < healed)
                .noneMatch(leaderAction -> leaderAction.nanos() >= healed && leaderAction.epoch() <= old.epoch());
        assertThat(scenarioCluster.awaitLeader().node()).isEqualTo(next.node());
        assertLeadersOneByOne();

        // And all is read everywhere, each once, and nobody was told that something is missing
        ScenarioCluster.nodes().forEach(node -> {
            scenarioCluster.await("node " + node + " reads all of " + all(), () -> isToldOf(node, all()));
            if (hasTime() || !scenarioCluster.read(node).contains(ScenarioCluster.GAP)) {
                assertThat(scenarioCluster.read(node))
                        .as("gaps at node %d", node)
                        .doesNotContain(ScenarioCluster.GAP);
                assertThat(own(scenarioCluster.history(node)))
                        .as("held by node %d", node)
                        .hasSameElementsAs(all());
            }
            assertInOrder("read", node, scenarioCluster.read(node));
            assertInOrder("held", node, scenarioCluster.history(node));
        });
    }

    // ---- one dies

    @Test
    @DisplayName(
            "K-05 K-10 K-20 H-16 the leader is killed while another stands still: the survivors lack nothing of each"
                    + " other, and of the dead one nothing that one of them has, or it is told; started again, it"
                    + " follows, and holds what they hold")
    void leaderIsKilled() {
        // Given a leader, and one that stands still for so short that nobody minds
        LeaderAction old = scenarioCluster.awaitLeader();
        int still = (old.node() + 1) % ScenarioCluster.NODES;
        int other = (old.node() + 2) % ScenarioCluster.NODES;
        ScenarioCluster.nodes().forEach(this::publish);
        awaitAllReadEverywhere();
        scenarioCluster.injectFault(Fault.FREEZE, still);

        // When the leader dies after much has been published there
        burst(old.node(), 800, 8_000);
        long fell = scenarioCluster.nanos();
        scenarioCluster.kill(old.node());
        scenarioCluster.heal();
        publish(still);
        publish(other);
        LeaderAction next = scenarioCluster.awaitOtherLeader(old.node(), fell);
        scenarioCluster.awaitConverged();
        assertThat(next.epoch()).isGreaterThan(old.epoch());
        publish(still);
        publish(other);
        awaitRead(still, of(still, other));
        awaitRead(other, of(still, other));

        // Then what a reader lacks that the other one has, it has been told
        awaitSettled(still, other);
        assertLacksOnlyWhatWasTold(still, other);
        assertLacksOnlyWhatWasTold(other, still);

        // And when it is started again, it has what they have, and leads nobody
        scenarioCluster.start(old.node());
        scenarioCluster.awaitConverged();
        assertThat(scenarioCluster.awaitLeader().node()).isEqualTo(next.node());
        assertLeadersOneByOne();
        Set<String> kept = new HashSet<>(own(scenarioCluster.history(other)));
        if (!scenarioCluster.read(still).contains(ScenarioCluster.GAP)
                && !scenarioCluster.read(other).contains(ScenarioCluster.GAP)) {
            assertThat(own(scenarioCluster.history(still))).hasSameElementsAs(kept);
            if (!scenarioCluster.waitsForStateTransfer()) {
                published.get(old.node()).forEach(kept::remove);
            }
            assertThat(own(scenarioCluster.history(old.node()))).hasSameElementsAs(kept);
        }
        ScenarioCluster.nodes()
                .forEach(node -> assertThat(scenarioCluster.history(node)).containsAll(of(still, other)));
        ScenarioCluster.nodes().forEach(node -> assertInOrder("held", node, scenarioCluster.history(node)));
        publish(old.node());
        ScenarioCluster.nodes()
                .forEach(node ->
                        awaitRead(node, List.of(published.get(old.node()).getLast())));
    }

    /** Until both have read equally much, or one was told why not. */
    private void awaitSettled(int a, int b) {
        scenarioCluster.await("equal readers", () -> {
            Set<String> here = new HashSet<>(scenarioCluster.read(a));
            Set<String> there = new HashSet<>(scenarioCluster.read(b));
            return here.contains(ScenarioCluster.GAP) || there.contains(ScenarioCluster.GAP) || here.equals(there);
        });
    }

    private void assertLacksOnlyWhatWasTold(int here, int there) {
        List<String> read = scenarioCluster.read(here);
        assertInOrder("read", here, read);
        List<String> missing = new ArrayList<>(own(scenarioCluster.read(there)));
        missing.removeAll(new HashSet<>(read));
        if (!missing.isEmpty()) {
            assertThat(read).as("node %d lacks %s", here, missing).contains(ScenarioCluster.GAP);
        }
    }

    // ---- all

    @Test
    @DisplayName("K-05 K-08 all are stopped, and started in another order: the same cluster, under a higher epoch")
    void allNodesAreStopped() {
        LeaderAction old = scenarioCluster.awaitLeader();
        String cluster = cluster(old.node());
        long then = scenarioCluster.nanos();

        List.of(0, 1, 2).forEach(scenarioCluster::stop);
        List.of(2, 0, 1).forEach(scenarioCluster::start);
        scenarioCluster.awaitConverged();

        LeaderAction next = scenarioCluster.awaitLeader();
        assertThat(next.epoch()).isGreaterThan(old.epoch());
        ScenarioCluster.nodes()
                .forEach(node -> scenarioCluster.await(
                        node + " hears of " + cluster, () -> cluster(node).equals(cluster)));
        assertThat(scenarioCluster.actions())
                .noneMatch(leaderAction -> leaderAction.nanos() > then && leaderAction.epoch() < old.epoch());
        assertLeadersOneByOne();
        ScenarioCluster.nodes().forEach(this::publish);
        awaitAllReadEverywhere();
    }

    private String cluster(int node) {
        return scenarioCluster.leadership(node).replaceFirst(".*@", "");
    }

    // ---- what cannot be fetched

    @Test
    @DisplayName("H-16 a node is cut off while more is published than hubs keep: who reads there is told a gap at its"
            + " place, and gets what is kept; nobody else is told one")
    void lossesAreReported() {
        int away = (scenarioCluster.awaitLeader().node() + 1) % ScenarioCluster.NODES;
        int other = (away + 1) % ScenarioCluster.NODES;
        publish(other);
        awaitAllReadEverywhere();

        scenarioCluster.injectFault(Fault.CUT_OFF, away);
        burst(other, TOO_MANY, 100);
        scenarioCluster.advance(Duration.ofSeconds(5)); // they are kept a little longer while somebody reads
        scenarioCluster.heal();
        scenarioCluster.awaitConverged();
        publish(other);
        awaitRead(away, List.of(published.get(other).getLast()));

        List<String> all = published.get(other);
        List<String> read = scenarioCluster.read(away);
        assertThat(read).startsWith(all.getFirst(), ScenarioCluster.GAP);
        List<String> rest = read.subList(read.lastIndexOf(ScenarioCluster.GAP) + 1, read.size());
        assertThat(rest).hasSizeGreaterThan(100).isEqualTo(all.subList(all.size() - rest.size(), all.size()));
        assertThat(scenarioCluster.read(other)).isEqualTo(all);
        awaitRead(3 - away - other, all);
        assertThat(scenarioCluster.read(3 - away - other)).isEqualTo(all);
    }

    // ---- what all scenarios do and ask

    private void publish(int node) {
        String text = next(node);
        scenarioCluster.publish(node, text);
        published.get(node).add(text);
    }

    private void burst(int node, int count, int size) {
        String word = next(node);
        scenarioCluster.burst(node, count, size, word);
        IntStream.range(0, count).forEach(i -> published.get(node).add(word + "-" + i));
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

    /** Whether it has read them, or knows that it lacks something. */
    private boolean isToldOf(int node, List<String> texts) {
        List<String> read = scenarioCluster.read(node);
        return read.contains(ScenarioCluster.GAP) || new HashSet<>(read).containsAll(texts);
    }

    /** What is of this scenario. */
    private List<String> own(List<String> texts) {
        return texts.stream().filter(text -> text.startsWith(name + "-")).toList();
    }

    private void awaitAllReadEverywhere() {
        ScenarioCluster.nodes().forEach(node -> awaitRead(node, all()));
    }

    private void awaitRead(int node, List<String> texts) {
        scenarioCluster.await(
                "node " + node + " reads all of " + texts,
                () -> new HashSet<>(scenarioCluster.read(node)).containsAll(texts));
    }

    /** Each once, and what one node has published in its order. */
    private void assertInOrder(String what, int at, List<String> texts) {
        List<String> mine = own(texts);
        assertThat(mine).as("%s at node %d", what, at).doesNotHaveDuplicates();
        ScenarioCluster.nodes().forEach(node -> {
            List<String> all = published.get(node);
            assertThat(mine.stream().filter(new HashSet<>(all)::contains))
                    .as("%s at node %d, of node %d", what, at, node)
                    .containsExactlyElementsOf(
                            all.stream().filter(new HashSet<>(mine)::contains).toList());
        });
    }

    /** No two lead at once, and no reader got anything of an epoch after something of a later one. */
    private void assertLeadersOneByOne() {
        List<LeaderAction> acts = scenarioCluster.actions();
        for (int i = 1; i < acts.size(); i++) {
            LeaderAction before = acts.get(i - 1);
            LeaderAction after = acts.get(i);
            assertThat(after.epoch() > before.epoch()
                            || (after.epoch() == before.epoch() && after.node() == before.node()))
                    .as("%s after %s", after, before)
                    .isTrue();
        }
        long now = scenarioCluster.awaitLeader().epoch();
        ScenarioCluster.nodes().forEach(node -> {
            scenarioCluster.await(
                    "node " + node + " reads of epoch " + now,
                    () -> scenarioCluster.epochs(node).contains(now));
            assertThat(scenarioCluster.epochs(node))
                    .as("epochs as they were read at node %d", node)
                    .isSorted();
        });
    }
}
