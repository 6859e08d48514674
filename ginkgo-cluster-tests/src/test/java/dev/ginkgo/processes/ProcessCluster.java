package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.processes.NodeProcess.ProcessLeaderAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Processes that are one cluster, and what all of them have done, on the one clock that they share. */
final class ProcessCluster implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final List<NodeProcess> nodes = new ArrayList<>();

    NodeProcess add(NodeProcess node) {
        nodes.add(node);
        return node;
    }

    List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** All but that one. */
    List<NodeProcess> allExcept(NodeProcess one) {
        return nodes.stream().filter(each -> each != one).toList();
    }

    /** How many lines of all with that in it. */
    long countLines(String what) throws IOException {
        long count = 0;
        for (NodeProcess node : nodes) {
            count += node.lines().stream().filter(line -> line.contains(what)).count();
        }
        return count;
    }

    /** Whether each of them is ready and has all of them, and nobody else, in its roster. */
    boolean hasConverged() throws IOException {
        return haveConverged(nodes);
    }

    /** The same of some of them: the others are dead, or cut off. */
    static boolean haveConverged(List<NodeProcess> nodes) throws IOException {
        for (NodeProcess node : nodes) {
            if (!node.hasRoster(nodes) || !node.isReady()) {
                return false;
            }
        }
        return true;
    }

    /** What all did, in the order of the clock. */
    List<ProcessLeaderAction> leaderActions() throws IOException {
        List<ProcessLeaderAction> acts = new ArrayList<>();
        for (NodeProcess node : nodes) {
            acts.addAll(node.leaderActions());
        }
        acts.sort(Comparator.comparingLong(ProcessLeaderAction::nanos));
        return acts;
    }

    /** Who acted last. */
    NodeProcess leader() throws IOException {
        String name = leaderActions().getLast().node();
        return nodes.stream()
                .filter(each -> each.identity.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The first act of another than that one after the moment. */
    ProcessLeaderAction awaitNewLeader(NodeProcess old, long since) {
        return await().atMost(TIMEOUT)
                .until(
                        () -> leaderActions().stream()
                                .filter(processLeaderAction -> processLeaderAction.nanos() > since)
                                .filter(processLeaderAction ->
                                        !processLeaderAction.node().equals(old.identity.toString()))
                                .findFirst()
                                .orElse(null),
                        processLeaderAction -> processLeaderAction != null);
    }

    /** No two leaders act at once: on one clock, the epochs of all acts only grow. */
    void assertOneLeaderAtATime() throws IOException {
        List<ProcessLeaderAction> acts = leaderActions();
        for (int i = 1; i < acts.size(); i++) {
            ProcessLeaderAction before = acts.get(i - 1);
            ProcessLeaderAction after = acts.get(i);
            assertThat(after.epoch()).as("%s after %s", after, before).isGreaterThanOrEqualTo(before.epoch());
            assertThat(after.epoch() > before.epoch() || after.node().equals(before.node()))
                    .as("%s has the epoch of %s", after, before)
                    .isTrue();
        }
    }

    /** Ends all, and sees that Raft has found nothing wrong. */
    @Override
    public void close() throws IOException {
        for (NodeProcess node : nodes) {
            node.close();
        }
        for (NodeProcess node : nodes) {
            assertThat(node.lines()).noneMatch(line -> line.contains(" ERROR ") && line.contains("MeshRaft"));
        }
    }
}
