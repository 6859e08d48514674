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
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<NodeProcess> all = new ArrayList<>();

    NodeProcess add(NodeProcess node) {
        all.add(node);
        return node;
    }

    List<NodeProcess> all() {
        return List.copyOf(all);
    }

    /** All but that one. */
    List<NodeProcess> but(NodeProcess one) {
        return all.stream().filter(each -> each != one).toList();
    }

    /** How many lines of all with that in it. */
    long said(String what) throws IOException {
        long count = 0;
        for (NodeProcess node : all) {
            count += node.said().stream().filter(line -> line.contains(what)).count();
        }
        return count;
    }

    /** Whether each of them is ready and has all of them, and nobody else, in its roster. */
    boolean areTogether() throws IOException {
        return know(all);
    }

    /** The same of some of them: the others are dead, or cut off. */
    static boolean know(List<NodeProcess> nodes) throws IOException {
        for (NodeProcess node : nodes) {
            if (!node.knows(nodes) || !node.isReady()) {
                return false;
            }
        }
        return true;
    }

    /** What all did, in the order of the clock. */
    List<ProcessLeaderAction> acts() throws IOException {
        List<ProcessLeaderAction> acts = new ArrayList<>();
        for (NodeProcess node : all) {
            acts.addAll(node.acts());
        }
        acts.sort(Comparator.comparingLong(ProcessLeaderAction::nanos));
        return acts;
    }

    /** Who acted last. */
    NodeProcess leader() throws IOException {
        String name = acts().getLast().node();
        return all.stream()
                .filter(each -> each.identity.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The first act of another than that one after the moment. */
    ProcessLeaderAction awaitOther(NodeProcess old, long since) {
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
    void assertOneAtATime() throws IOException {
        List<ProcessLeaderAction> acts = acts();
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
        for (NodeProcess node : all) {
            node.close();
        }
        for (NodeProcess node : all) {
            assertThat(node.said()).noneMatch(line -> line.contains(" ERROR ") && line.contains("MeshRaft"));
        }
    }
}
