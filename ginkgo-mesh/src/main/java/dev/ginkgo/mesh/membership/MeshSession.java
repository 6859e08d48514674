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
 * One stay of this node among the others, from entering the view until leaving it: the view, and what each node in it
 * says of itself. JGroups calls in on its own threads; what is to be done then is done by the node's tasks, which are
 * woken.
 */
public final class MeshSession implements RaftSession, Receiver, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshSession.class);
    private static final String CHANNEL_NAME = "ginkgo";

    /** Begins "a node with your name and this incarnation is here". A row begins with its version, a lower number. */
    private static final byte REPLACED = 127;

    private final MeshContext context;
    private final StackConfig config;
    private final DataDirectory dataDirectory;
    private final JChannel channel;
    private final ClusterStateMachine state;
    private final @Nullable MeshRaft raft;
    private final @Nullable MeshElection election;
    private final Map<org.jgroups.Address, NodeAnnouncement> announcements = new ConcurrentHashMap<>();
    private final Map<org.jgroups.Address, Long> outdated = new ConcurrentHashMap<>();
    private volatile @Nullable View view;
    private volatile @Nullable String endReason;
    private volatile boolean replaced;

    /** Opens the journal and builds the stack; {@link #join} goes in. */
    public MeshSession(MeshContext meshContext, StackConfig config, DataDirectory folder, ObservedLeases observedLeases)
            throws Exception {
        this.context = meshContext;
        this.config = config;
        this.dataDirectory = folder;
        state = new ClusterStateMachine(observedLeases, meshContext.listener(), meshContext::wakeTasks);
        List<Protocol> upper = new ArrayList<>();
        if (ProtocolStack.requiresElection(meshContext.config().policy())) {
            MeshRaft itsRaft = new MeshRaft(
                    meshContext.name(),
                    new RaftLog(folder.journalFile(), observedLeases::received),
                    state,
                    this::isOfSameCluster);
            itsRaft.addRoleListener(role -> meshContext.wakeTasks());
            MeshElection itsElection = new MeshElection(this::isOfSameCluster, meshContext.time());
            upper.add(itsElection);
            upper.add(itsRaft);
            raft = itsRaft;
            election = itsElection;
        } else {
            raft = null;
            election = null;
        }
        try {
            channel = ProtocolStack.build(meshContext, config, this::knownAddresses, this::outdated, upper);
        } catch (Exception e) {
            closeLog();
            throw e;
        }
        channel.setReceiver(this);
    }

    /** Enters the view; alone if nobody is there. Blocks for a second or so. */
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
        context.wakeTasks();
    }

    @Override
    public void receive(Message message) {
        byte[] bytes = message.getArray();
        if (bytes == null) {
            return;
        }
        ByteBuffer content = ByteBuffer.wrap(bytes, message.getOffset(), message.getLength());
        if (content.remaining() == 1 + Long.BYTES && content.get() == REPLACED) {
            replaced |= content.getLong() > context.incarnation();
        } else {
            try {
                announcements.put(
                        message.getSrc(), NodeAnnouncement.decode(bytes, message.getOffset(), message.getLength()));
            } catch (IOException e) {
                LOG.warn("{} says something that cannot be read: {}", message.getSrc(), e.getMessage());
            }
        }
        context.wakeTasks();
    }

    private void outdated(org.jgroups.Address old, org.jgroups.Address by) {
        if (old.equals(channel.getAddress())) {
            replaced |= NodeAddress.incarnation(by) > context.incarnation();
        }
        outdated.put(old, NodeAddress.incarnation(by));
        context.wakeTasks();
    }

    /** Raft listens only to nodes of its own cluster, and to those that are in none yet. */
    private boolean isOfSameCluster(org.jgroups.Address sender) {
        if (sender.equals(channel.getAddress())) {
            return true;
        }
        NodeAnnouncement nodeAnnouncement = announcements.get(sender);
        return nodeAnnouncement != null
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

    /** Returns the folder that holds this node's votes. */
    DataDirectory dataDirectory() {
        return dataDirectory;
    }

    /** Null before the first. */
    @Nullable
    View view() {
        return view;
    }

    /** Says to all in the view what this node is. */
    void announce() throws IOException {
        NodeAnnouncement nodeAnnouncement = context.announcement(state.cluster());
        send(null, nodeAnnouncement.encode());
        for (org.jgroups.Address each : List.copyOf(outdated.keySet())) {
            Long by = outdated.remove(each);
            if (by != null) {
                send(
                        each,
                        ByteBuffer.allocate(1 + Long.BYTES)
                                .put(REPLACED)
                                .putLong(by)
                                .array());
            }
        }
    }

    private void send(org.jgroups.@Nullable Address to, byte[] bytes) throws IOException {
        try {
            channel.send(new BytesMessage(to, bytes));
        } catch (Exception e) {
            throw new IOException("cannot send to " + (to == null ? "all" : to) + ": " + e.getMessage(), e);
        }
    }

    /** What the nodes in that view have said of themselves, in its order; as many as it has if all have. */
    List<NodeAnnouncement> announcements(View of) {
        List<NodeAnnouncement> known = new ArrayList<>();
        for (org.jgroups.Address each : of.getMembers()) {
            NodeAnnouncement nodeAnnouncement =
                    each.equals(channel.getAddress()) ? context.announcement(state.cluster()) : announcements.get(each);
            if (nodeAnnouncement != null) {
                known.add(nodeAnnouncement);
            }
        }
        return known;
    }

    @Override
    public void end(String reason) {
        endReason = reason;
        context.wakeTasks();
    }

    @Override
    public Optional<String> endReason() {
        return replaced
                ? Optional.of("a newer node with the identity " + context.name() + " is in the cluster")
                : Optional.ofNullable(endReason);
    }

    /** Whether another node has this one's name, and stays. */
    boolean isReplaced() {
        return replaced;
    }

    /** Leaves the view, and closes journal and sockets. */
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
