package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.processes.NodeProcess.ProcessLeaderAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The processes of one cluster, and their leader actions on the clock that all of them share. */
final class ProcessCluster implements AutoCloseable {
    /** Long, so that a busy machine does not fail a test. */
    static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final List<NodeProcess> nodes = new ArrayList<>();

    NodeProcess add(NodeProcess node) {
        nodes.add(node);
        return node;
    }

    List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** Returns all nodes except one. */
    List<NodeProcess> allExcept(NodeProcess one) {
        return nodes.stream().filter(each -> each != one).toList();
    }

    /** Returns the number of output lines of all nodes that contain a text. */
    long countLines(String text) throws IOException {
        long count = 0;
        for (NodeProcess node : nodes) {
            count += node.lines().stream().filter(line -> line.contains(text)).count();
        }
        return count;
    }

    /** Returns whether each node is ready and has exactly these nodes in its roster. */
    boolean hasConverged() throws IOException {
        return haveConverged(nodes);
    }

    /** Returns whether each node knows exactly these nodes as the voters. */
    boolean allVote() throws IOException {
        return haveVoters(nodes);
    }

    /** Returns whether each of some nodes knows exactly these as the voters. */
    static boolean haveVoters(List<NodeProcess> nodes) throws IOException {
        for (NodeProcess node : nodes) {
            if (!node.hasVoters(nodes)) {
                return false;
            }
        }
        return true;
    }

    /** The same for some of the nodes, while the others are dead or disconnected. */
    static boolean haveConverged(List<NodeProcess> nodes) throws IOException {
        for (NodeProcess node : nodes) {
            if (!node.hasRoster(nodes) || !node.isReady()) {
                return false;
            }
        }
        return true;
    }

    /** Returns the leader actions of all nodes in order of time. */
    List<ProcessLeaderAction> leaderActions() throws IOException {
        List<ProcessLeaderAction> actions = new ArrayList<>();
        for (NodeProcess node : nodes) {
            actions.addAll(node.leaderActions());
        }
        actions.sort(Comparator.comparingLong(ProcessLeaderAction::nanos));
        return actions;
    }

    /** Returns the node with the last leader action. */
    NodeProcess leader() throws IOException {
        String name = leaderActions().getLast().node();
        return nodes.stream()
                .filter(each -> each.identity.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Waits for the first action of another leader after a time, and returns it. */
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

    /** Asserts that no two leaders act at once: in order of time, the epochs of all actions never decrease. */
    void assertOneLeaderAtATime() throws IOException {
        List<ProcessLeaderAction> actions = leaderActions();
        for (int i = 1; i < actions.size(); i++) {
            ProcessLeaderAction before = actions.get(i - 1);
            ProcessLeaderAction after = actions.get(i);
            assertThat(after.epoch()).as("%s after %s", after, before).isGreaterThanOrEqualTo(before.epoch());
            assertThat(after.epoch() > before.epoch() || after.node().equals(before.node()))
                    .as("%s has the same epoch as %s", after, before)
                    .isTrue();
        }
    }

    /** Kills all processes, and asserts that Raft has logged no error. */
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
