package dev.ginkgo.mesh.membership;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.discovery.SeedDiscovery;
import dev.ginkgo.mesh.net.AsyncTcp;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;

/**
 * JGroups protocol stack, from the socket upwards. A node has one port: the death of a process is detected on the
 * connections that carry messages, so there is no second port for it (FD_SOCK2). There is no flow control and no
 * fragmentation, because messages are small and few.
 */
final class ProtocolStack {
    private static final int CONNECT_TIMEOUT_MILLIS = 500;
    private static final int JOIN_TIMEOUT_MILLIS = 700;

    /**
     * How long the view coordinator waits for acknowledgements of a new view. It processes no other messages until then.
     * After a merge, nodes may have received the view from another node, and send no acknowledgement.
     */
    private static final int VIEW_ACK_TIMEOUT_MILLIS = 400;

    private static final int VERIFY_TIMEOUT_MILLIS = 500;
    private static final int HEARTBEATS_PER_TIMEOUT = 4;

    /**
     * How often a node announces its view to the others, approximately. Differing views merge after at most twice that
     * time. The requirement: after a partition longer than the failure timeout, there is one roster within 5 s of
     * healing.
     */
    private static final int MERGE_MIN_INTERVAL_MILLIS = 400;

    private static final int MERGE_MAX_INTERVAL_MILLIS = 800;

    /** How long a merge waits for dead nodes that are still listed in an old view. No view changes until then. */
    private static final int MERGE_TIMEOUT_MILLIS = 1_000;

    /** Retransmission interval for lost messages, and for those that a joining node drops before its first view. */
    private static final int RETRANSMIT_INTERVAL_MILLIS = 200;

    private static final int MAX_RETRANSMISSIONS = 5;

    /** Short, because a node that leaves after it was cut off gets no response. */
    private static final int LEAVE_TIMEOUT_MILLIS = 500;

    /** Far larger than any message of the mesh; a larger one closes the connection. */
    private static final int MAX_MESSAGE_BYTES = 1024 * 1024;

    private ProtocolStack() {}

    /**
     * Builds the channel; opens no socket yet.
     *
     * @param addresses returns the addresses at which to look for other nodes
     * @param onReplaced receives each replaced node and its replacement; called on a JGroups thread, must not block
     * @param upperProtocols protocols on top of the stack, from the lowest
     */
    static JChannel build(
            MeshContext meshContext,
            StackConfig config,
            Supplier<Collection<Address>> addresses,
            BiConsumer<org.jgroups.Address, org.jgroups.Address> onReplaced,
            List<Protocol> upperProtocols)
            throws Exception {
        InetAddress bind = resolve(config.bind());
        int port = config.bind().port();
        AsyncTcp asyncTcp = new AsyncTcp(meshContext.time());
        asyncTcp.setBindAddress(bind).setBindPort(port).setPortRange(0);
        asyncTcp.setSockConnTimeout(CONNECT_TIMEOUT_MILLIS)
                .enableSuspectEvents(true)
                .setMaxLength(MAX_MESSAGE_BYTES)
                .tcpNodelay(true)
                .logDetails(false);
        asyncTcp.useVirtualThreads(true);
        if (bind.isAnyLocalAddress()) {
            asyncTcp.setExternalAddr(resolve(meshContext.config().identity()));
            asyncTcp.setExternalPort(meshContext.config().identity().port());
        }
        List<Protocol> protocols = new ArrayList<>();
        protocols.add(asyncTcp);
        protocols.add(new SeedDiscovery(bind, port, addresses));
        protocols.add(new MERGE3().setMinInterval(MERGE_MIN_INTERVAL_MILLIS).setMaxInterval(MERGE_MAX_INTERVAL_MILLIS));
        long failureTimeoutMillis = config.failureTimeout().toMillis();
        protocols.add(new FD_ALL3()
                .setTimeout(failureTimeoutMillis)
                .setInterval(failureTimeoutMillis / HEARTBEATS_PER_TIMEOUT));
        protocols.add(new VERIFY_SUSPECT2().setTimeout(VERIFY_TIMEOUT_MILLIS));
        protocols.add(new SuspicionRevoker(meshContext.time()));
        protocols.add(new NAKACK2()
                .useMcastXmit(false)
                .setXmitInterval(RETRANSMIT_INTERVAL_MILLIS)
                .setResendLastSeqnoMaxTimes(MAX_RETRANSMISSIONS));
        protocols.add(new UNICAST3().setXmitInterval(RETRANSMIT_INTERVAL_MILLIS));
        protocols.add(new STABLE());
        GMS gms = new GMS()
                .setJoinTimeout(JOIN_TIMEOUT_MILLIS)
                .setLeaveTimeout(LEAVE_TIMEOUT_MILLIS)
                .setMergeTimeout(MERGE_TIMEOUT_MILLIS)
                .setViewAckCollectionTimeout(VIEW_ACK_TIMEOUT_MILLIS)
                .printLocalAddress(false);
        gms.setMembershipChangePolicy(new LatestIncarnationPolicy(onReplaced));
        protocols.add(gms);
        protocols.addAll(upperProtocols);
        JChannel channel = new JChannel(protocols);
        asyncTcp.getDiagnosticsHandler().setEnabled(false);
        asyncTcp.setSocketFactory(config.sockets().get());
        channel.setName(meshContext.name());
        channel.addAddressGenerator(
                () -> NodeAddress.create(meshContext.name(), meshContext.incarnation(), meshContext.nextJoin()));
        channel.setDiscardOwnMessages(true);
        return channel;
    }

    static boolean requiresElection(PartitionPolicy partitionPolicy) {
        return partitionPolicy == PartitionPolicy.QUORUM;
    }

    private static InetAddress resolve(Address address) throws UnknownHostException {
        try {
            return InetAddress.getByName(address.host());
        } catch (UnknownHostException e) {
            throw new UnknownHostException("cannot resolve the host of " + address
                    + "; set cluster.identity or cluster.coordinator.mesh.bind to" + " an address of this machine");
        }
    }
}
