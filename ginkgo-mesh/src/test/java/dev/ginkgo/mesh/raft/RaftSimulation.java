package dev.ginkgo.mesh.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import dev.ginkgo.mesh.raft.storage.SimulatedDisk;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Deterministic run of several {@link MeshRaft} nodes: the test decides which node is elected, which nodes are connected and
 * when unacknowledged entries are sent again. No threads, no time. After each delivered message it checks that no two
 * nodes have committed different entries with the same index, also over restarts.
 */
final class RaftSimulation implements AutoCloseable {
    private final Path folder;
    private final List<String> voters;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<Long, String> committed = new HashMap<>();
    private final Queue<Runnable> inFlight = new ArrayDeque<>();
    private Set<String> connected = Set.of();

    /**
     * @param voters names of the first voters
     * @param learners names of further nodes
     */
    RaftSimulation(Path folder, List<String> voters, String... learners) throws Exception {
        this.folder = folder;
        this.voters = voters;
        for (String name : voters) {
            nodes.put(name, new Node(name));
        }
        for (String name : learners) {
            nodes.put(name, new Node(name));
        }
        View view = new View(
                node(voters.getFirst()).address,
                1,
                nodes.values().stream().map(each -> each.address).toList());
        for (Node each : nodes.values()) {
            each.view = view;
            each.startRaft();
        }
    }

    /** Entry that a leader has proposed. */
    record Proposal(CompletableFuture<?> future) {
        boolean committed() {
            return future.isDone() && !future.isCompletedExceptionally();
        }

        boolean rejected() {
            return future.isCompletedExceptionally();
        }
    }

    /** One node: the Raft protocol on a network that the simulation controls. */
    final class Node extends Protocol {
        private final String name;
        private final Address address;
        private final SimulatedDisk disk;
        private View view = new View();
        private MeshRaft raft;

        Node(String name) throws IOException {
            this.name = name;
            address = NodeAddress.create(name, 1, 1);
            disk = new SimulatedDisk(Files.createDirectories(folder.resolve(name)));
            raft = create();
        }

        private MeshRaft create() throws IOException {
            ClusterStateMachine state =
                    new ClusterStateMachine(new ObservedLeases(TimeSource.system()), new IgnoringListener(), () -> {});
            return new MeshRaft(name, disk.open(), state, _ -> true);
        }

        private void startRaft() throws Exception {
            raft.setAddress(address);
            raft.setDownProtocol(this);
            raft.synchronous(true);
            raft.resendInterval(Duration.ofHours(1).toMillis()); // only resend() sends again
            raft.init();
            if (voters.contains(name)) {
                raft.members(voters);
            }
            raft.handleView(view);
            raft.start();
        }

        MeshRaft raft() {
            return raft;
        }

        /** Appends a renewal as the leader. */
        Proposal renew() {
            return new Proposal(raft.commit(new RaftCommand(Kind.RENEW, raft.currentTerm(), name, 1)));
        }

        /** Appends a renewal as the leader of a term that may be over. */
        Proposal renewInTerm(long term) {
            return new Proposal(raft.commit(new RaftCommand(Kind.RENEW, term, name, 1)));
        }

        /** Appends the addition of a voter as the leader. */
        Proposal addVoter(String added) {
            return new Proposal(raft.changeVoter(true, added, raft.currentTerm()));
        }

        /** Sends the unacknowledged entries again, and the commit index, to the connected nodes. */
        void resend() {
            raft.flushCommitTable();
            deliver();
        }

        /** Appends the addition of a voter as the leader of a term that may be over. */
        Proposal addVoterInTerm(String added, long term) {
            return new Proposal(raft.changeVoter(true, added, term));
        }

        /** Returns the current view of this node. */
        View view() {
            return view;
        }

        /** Returns the disk with the log of this node. */
        SimulatedDisk disk() {
            return disk;
        }

        /** Restarts after a power loss. */
        void losePower() throws Exception {
            raft.stop();
            disk.losePower();
            raft = create();
            startRaft();
        }

        @Override
        public @Nullable Object down(Message message) {
            message.setSrc(address);
            for (Node each : nodes.values()) {
                boolean isTarget =
                        message.getDest() == null || message.getDest().equals(each.address);
                if (isTarget && each != this && connected.containsAll(List.of(name, each.name))) {
                    inFlight.add(() -> each.raft.up(message));
                }
            }
            return null;
        }

        private long lastTerm() {
            LogEntry last = raft.log().get(raft.lastAppended());
            return last == null ? 0 : last.term();
        }

        private boolean hasNewerLogThan(Node other) {
            return lastTerm() > other.lastTerm()
                    || (lastTerm() == other.lastTerm() && raft.lastAppended() > other.raft.lastAppended());
        }
    }

    Node node(String name) {
        return Objects.requireNonNull(nodes.get(name));
    }

    /** From now on only these nodes receive messages from each other. */
    void connect(String... names) {
        connected = Set.of(names);
    }

    /** Installs a view without a node on all others, and disconnects it. */
    void removeFromView(String left) {
        connected = nodes.keySet().stream().filter(each -> !each.equals(left)).collect(Collectors.toSet());
        View next = new View(
                node(connected.iterator().next()).address,
                2,
                connected.stream().sorted().map(each -> node(each).address).toList());
        for (String each : connected) {
            node(each).view = next;
            node(each).raft.handleView(next);
        }
    }

    /** Lets a node ask the voters, itself included, for their votes; returns whether it is elected. */
    boolean elect(String candidate, long term, String... asked) {
        Node node = node(candidate);
        int votes = 0;
        for (String name : asked) {
            Node voter = node(name);
            if (voter.raft.currentTerm(term) >= 0 && voter.raft.votedFor() == null && !voter.hasNewerLogThan(node)) {
                voter.raft.votedFor(node.address);
                votes++;
            }
        }
        boolean elected = votes >= node.raft.majority();
        if (elected) {
            node.raft.trySetLeaderAndTerm(node.address, term);
        }
        return elected;
    }

    /** Delivers all messages, and those sent in response. */
    void deliver() {
        for (Runnable next = inFlight.poll(); next != null; next = inFlight.poll()) {
            next.run();
            checkCommitted();
        }
        checkCommitted();
    }

    private void checkCommitted() {
        for (Node each : nodes.values()) {
            long afterSnapshot = each.raft.log().firstAppended() + 1; // the entry before may be a placeholder
            for (long index = afterSnapshot; index <= each.raft.commitIndex(); index++) {
                LogEntry entry = each.raft.log().get(index);
                String content =
                        entry == null ? "nothing" : "term " + entry.term() + " " + Arrays.toString(entry.command());
                String before = committed.putIfAbsent(index, content);
                assertThat(content)
                        .as("entry %d, committed by %s", index, each.name)
                        .isEqualTo(before == null ? content : before);
            }
        }
    }

    @Override
    public void close() {
        nodes.values().forEach(each -> each.raft.stop());
    }

    /** Listener of a node that does nothing with its lease. */
    static final class IgnoringListener implements CoordinatorListener {
        @Override
        public LeaseTiming leaseTiming() {
            return new LeaseTiming(Duration.ofSeconds(1), Duration.ZERO);
        }

        @Override
        public void rosterChanged(List<Member> members) {}

        @Override
        public void leaderChanged(String name, Epoch epoch) {}

        @Override
        public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
            return true;
        }

        @Override
        public void leaseEnded(Epoch epoch) {}
    }
}
