package dev.ginkgo.mesh.membership;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.raft.ClusterStateMachine;
import dev.ginkgo.mesh.raft.MeshElection;
import dev.ginkgo.mesh.raft.MeshRaft;
import dev.ginkgo.mesh.raft.ObservedLeases;
import dev.ginkgo.mesh.raft.RaftSession;
import dev.ginkgo.mesh.raft.storage.DataDirectory;
import dev.ginkgo.mesh.raft.storage.RaftLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of this node in the JGroups view, from joining it until leaving it: holds the view and the announcement
 * of each node in it. JGroups calls it on its own threads; these calls record the event and wake the node's tasks,
 * which do the work.
 */
public final class MeshSession implements RaftSession, Receiver, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshSession.class);
    private static final String CHANNEL_NAME = "ginkgo";

    /**
     * First byte of the message "a newer incarnation of your node has joined". An announcement starts with its version,
     * which is a lower number.
     */
    private static final byte REPLACED = 127;

    /** The only byte of the message "start an election, because I step down". */
    private static final byte TAKE_OVER = 126;

    private final MeshContext context;
    private final StackConfig config;
    private final DataDirectory dataDirectory;
    private final JChannel channel;
    private final ClusterStateMachine state;
    private final @Nullable MeshRaft raft;
    private final @Nullable MeshElection election;
    private final Map<org.jgroups.Address, NodeAnnouncement> announcements = new ConcurrentHashMap<>();
    private final Map<org.jgroups.Address, Integer> otherVersions = new ConcurrentHashMap<>();
    private final Map<org.jgroups.Address, Long> replacedNodes = new ConcurrentHashMap<>();
    private final Set<org.jgroups.Address> unanswered = ConcurrentHashMap.newKeySet();
    private volatile @Nullable View view;
    private volatile @Nullable String endReason;
    private volatile boolean replaced;

    /** Opens the Raft log and builds the protocol stack; {@link #join} joins the view. */
    public MeshSession(
            MeshContext meshContext, StackConfig config, DataDirectory dataDirectory, ObservedLeases observedLeases)
            throws Exception {
        this.context = meshContext;
        this.config = config;
        this.dataDirectory = dataDirectory;
        state = new ClusterStateMachine(observedLeases, meshContext.listener(), meshContext::wakeTasks);
        List<Protocol> upper = new ArrayList<>();
        if (ProtocolStack.requiresElection(meshContext.config().policy())) {
            MeshRaft newRaft = new MeshRaft(
                    meshContext.name(),
                    new RaftLog(dataDirectory.journalFile(), observedLeases::received),
                    state,
                    this::isOfSameCluster);
            newRaft.addRoleListener(_ -> meshContext.wakeTasks());
            MeshElection newElection =
                    new MeshElection(this::isOfSameCluster, meshContext.time(), meshContext::isSteppingDown);
            upper.add(newElection);
            upper.add(newRaft);
            raft = newRaft;
            election = newElection;
        } else {
            raft = null;
            election = null;
        }
        try {
            channel = ProtocolStack.build(meshContext, config, this::knownAddresses, this::nodeReplaced, upper);
        } catch (Exception e) {
            closeLog();
            throw e;
        }
        channel.setReceiver(this);
    }

    /** Joins the view, or creates one if no other node responds. Blocks for about a second. */
    void join() throws Exception {
        channel.connect(CHANNEL_NAME);
        context.wakeTasks();
    }

    private Collection<Address> knownAddresses() {
        Set<Address> all = new LinkedHashSet<>(context.config().join());
        all.addAll(config.discovered().get());
        announcements.values().stream()
                .map(nodeAnnouncement -> nodeAnnouncement.member().identity())
                .forEach(all::add);
        if (raft != null) {
            raft.members().stream().map(Address::of).forEach(all::add);
        }
        return all;
    }

    // ---- called by JGroups

    @Override
    public void viewAccepted(View newView) {
        view = newView;
        announcements.keySet().retainAll(newView.getMembers());
        otherVersions.keySet().retainAll(newView.getMembers());
        context.wakeTasks();
    }

    @Override
    public void receive(Message message) {
        byte[] bytes = message.getArray();
        if (bytes == null || message.getLength() == 0) {
            return;
        }
        ByteBuffer content = ByteBuffer.wrap(bytes, message.getOffset(), message.getLength());
        if (content.remaining() == 1 + Long.BYTES && content.get() == REPLACED) {
            replaced |= content.getLong() > context.incarnation();
        } else if (message.getLength() == 1 && bytes[message.getOffset()] == TAKE_OVER) {
            takeOver(message.getSrc());
        } else if (content.get(message.getOffset()) != NodeAnnouncement.VERSION) {
            otherVersions.put(message.getSrc(), (int) content.get(message.getOffset()));
        } else {
            try {
                NodeAnnouncement received = NodeAnnouncement.decode(bytes, message.getOffset(), message.getLength());
                if (announcements.put(message.getSrc(), received) == null) {
                    unanswered.add(message.getSrc());
                }
            } catch (IOException e) {
                LOG.warn("cannot decode the announcement of {}: {}", message.getSrc(), e.getMessage());
            }
        }
        context.wakeTasks();
    }

    private void takeOver(org.jgroups.Address leader) {
        if (election != null && isOfSameCluster(leader)) {
            election.takeOver(leader);
        }
    }

    private void nodeReplaced(org.jgroups.Address old, org.jgroups.Address replacement) {
        if (old.equals(channel.getAddress())) {
            replaced |= NodeAddress.incarnation(replacement) > context.incarnation();
        }
        replacedNodes.put(old, NodeAddress.incarnation(replacement));
        context.wakeTasks();
    }

    /** Raft accepts messages only from nodes of its own cluster, and from those that do not belong to one yet. */
    private boolean isOfSameCluster(org.jgroups.Address sender) {
        if (sender.equals(channel.getAddress())) {
            return true;
        }
        NodeAnnouncement nodeAnnouncement = announcements.get(sender);
        return nodeAnnouncement != null
                && agrees(nodeAnnouncement)
                && (nodeAnnouncement.cluster().isEmpty()
                        || state.cluster().isEmpty()
                        || nodeAnnouncement.cluster().equals(state.cluster()));
    }

    // ---- for the node's tasks

    @Override
    public @Nullable MeshRaft raft() {
        return raft;
    }

    @Nullable
    MeshElection election() {
        return election;
    }

    @Override
    public String cluster() {
        return state.cluster();
    }

    @Override
    public Epoch epoch(long term) {
        return state.epoch(term);
    }

    /** Returns whether this node is the leader that the voters have elected. */
    public boolean isLeader() {
        return raft != null && raft.isLeader();
    }

    /** Returns whether another voter is in the view. */
    public boolean hasOtherVoter() {
        View current = view;
        return raft != null && current != null && raft.presentVoters(current) > (raft.isVoter() ? 1 : 0);
    }

    /** Returns the directory that holds this node's votes. */
    DataDirectory dataDirectory() {
        return dataDirectory;
    }

    /** Returns the current view; null before the first. */
    @Nullable
    View view() {
        return view;
    }

    /** Sends this node's announcement to all nodes in the view, and notifies nodes that were replaced. */
    void announce() throws IOException {
        NodeAnnouncement nodeAnnouncement = context.announcement(state.cluster());
        send(null, nodeAnnouncement.encode());
        for (org.jgroups.Address each : List.copyOf(replacedNodes.keySet())) {
            Long latestIncarnation = replacedNodes.remove(each);
            if (latestIncarnation != null) {
                send(
                        each,
                        ByteBuffer.allocate(1 + Long.BYTES)
                                .put(REPLACED)
                                .putLong(latestIncarnation)
                                .array());
            }
        }
    }

    /**
     * Sends this node's announcement to the nodes that have announced themselves for the first time. They may not have received
     * the one for all nodes, if they were not in the view yet, or if the response to their join was lost.
     */
    void answerAnnouncements() throws IOException {
        for (org.jgroups.Address each : List.copyOf(unanswered)) {
            unanswered.remove(each);
            if (!each.equals(channel.getAddress())) {
                send(each, context.announcement(state.cluster()).encode());
            }
        }
    }

    @Override
    public void requestSuccession() {
        View current = view;
        if (raft != null && current != null) {
            raft.successor(current).ifPresent(this::requestElection);
        }
    }

    private void requestElection(org.jgroups.Address voter) {
        try {
            send(voter, new byte[] {TAKE_OVER});
        } catch (IOException e) {
            LOG.warn("{} cannot hand over the leadership: {}", context.name(), e.getMessage());
        }
    }

    private void send(org.jgroups.@Nullable Address to, byte[] bytes) throws IOException {
        try {
            channel.send(new BytesMessage(to, bytes));
        } catch (Exception e) {
            throw new IOException("cannot send to " + (to == null ? "all nodes" : to) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the announcements of the nodes in the view, in its order, without those that have not been received yet
     * and without nodes whose settings or version differ from this node's: see {@link #compatibility}.
     */
    List<NodeAnnouncement> announcements(View inView) {
        List<NodeAnnouncement> known = new ArrayList<>();
        for (org.jgroups.Address each : inView.getMembers()) {
            NodeAnnouncement nodeAnnouncement =
                    each.equals(channel.getAddress()) ? context.announcement(state.cluster()) : announcements.get(each);
            if (nodeAnnouncement != null && agrees(nodeAnnouncement)) {
                known.add(nodeAnnouncement);
            }
        }
        return known;
    }

    private boolean agrees(NodeAnnouncement announcement) {
        return announcement.sharedSettings().equals(context.sharedSettings());
    }

    /**
     * Returns which nodes in the view must leave because their settings or version differ; empty until the
     * announcements of all nodes have been received.
     */
    Optional<PeerCompatibility> compatibility(View inView) {
        PeerCompatibility.Peer self = PeerCompatibility.Peer.of(context.announcement(state.cluster()));
        List<PeerCompatibility.Peer> peers = new ArrayList<>();
        for (org.jgroups.Address each : inView.getMembers()) {
            NodeAnnouncement announcement = announcements.get(each);
            Integer otherVersion = otherVersions.get(each);
            if (each.equals(channel.getAddress())) {
                peers.add(self);
            } else if (announcement != null) {
                peers.add(PeerCompatibility.Peer.of(announcement));
            } else if (otherVersion != null) {
                peers.add(new PeerCompatibility.Peer(NodeAddress.name(each), otherVersion, Optional.empty()));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(PeerCompatibility.of(self, peers));
    }

    @Override
    public void end(String reason) {
        endReason = reason;
        context.wakeTasks();
    }

    @Override
    public Optional<String> endReason() {
        if (replaced) {
            return Optional.of(
                    "another process with the identity " + context.name() + " and a newer incarnation has joined");
        }
        Optional<String> failure = raft == null ? Optional.empty() : raft.failure();
        return failure.or(() -> Optional.ofNullable(endReason));
    }

    /** Returns whether a newer incarnation has replaced this node, which must not join again. */
    boolean isReplaced() {
        return replaced;
    }

    /** Leaves the view, and closes the Raft log and the sockets. */
    @Override
    public void close() {
        try {
            channel.close();
        } finally {
            closeLog();
        }
    }

    private void closeLog() {
        if (raft != null) {
            raft.closeLog();
        }
    }
}
