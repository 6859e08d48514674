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
 * Our stack of JGroups' protocols, from the socket upwards. A node has one port: that a process has died is seen on
 * the connections which carry the messages, so there is no second one for it (FD_SOCK2). There is no flow control and
 * no fragmentation, as all messages are small and few.
 */
final class ProtocolStack {
    private static final int CONNECT_MILLIS = 500;
    private static final int JOIN_MILLIS = 700;

    /**
     * How long who makes a view waits for others to say that they have it; it hears nobody meanwhile. After a merge they may
     * have it from somebody else, and say nothing.
     */
    private static final int ACK_MILLIS = 400;

    private static final int VERIFY_MILLIS = 500;
    private static final int HEARTBEATS_PER_TIMEOUT = 4;

    /**
     * How often a node tells the others which view it has, about; twice as long later, those who differ merge. What was
     * cut off for longer than a silence is to be one roster within 5 s of healing.
     */
    private static final int MERGE_MIN_MILLIS = 400;

    private static final int MERGE_MAX_MILLIS = 800;

    /** How long a merge waits for those that are named in an old view and are dead; no view changes meanwhile. */
    private static final int MERGE_MILLIS = 1_000;

    /** What came too early or was lost is sent again after that: who joins drops what comes before its first view. */
    private static final int RETRANSMIT_MILLIS = 200;

    private static final int MAX_RETRANSMISSIONS = 5;

    /** A node that leaves because it is cut off has nobody to say good-bye to. */
    private static final int LEAVE_MILLIS = 500;

    /** Far more than any of our messages; a longer one ends the connection. */
    private static final int MAX_BYTES = 1024 * 1024;

    private ProtocolStack() {}

    /**
     * Builds it; nothing is opened yet.
     *
     * @param places where others are
     * @param replaced told the nodes that another one of the same name replaces, and by which
     * @param upper what stands on it, from below
     */
    static JChannel build(
            MeshContext meshContext,
            StackConfig config,
            Supplier<Collection<Address>> places,
            BiConsumer<org.jgroups.Address, org.jgroups.Address> replaced,
            List<Protocol> upper)
            throws Exception {
        InetAddress bind = resolve(config.bind());
        int port = config.bind().port();
        AsyncTcp asyncTcp = new AsyncTcp(meshContext.time());
        asyncTcp.setBindAddress(bind).setBindPort(port).setPortRange(0);
        asyncTcp.setSockConnTimeout(CONNECT_MILLIS)
                .enableSuspectEvents(true)
                .setMaxLength(MAX_BYTES)
                .tcpNodelay(true)
                .logDetails(false);
        asyncTcp.useVirtualThreads(true);
        if (bind.isAnyLocalAddress()) {
            asyncTcp.setExternalAddr(resolve(meshContext.config().identity()));
            asyncTcp.setExternalPort(meshContext.config().identity().port());
        }
        List<Protocol> protocols = new ArrayList<>();
        protocols.add(asyncTcp);
        protocols.add(new SeedDiscovery(bind, port, places));
        protocols.add(new MERGE3().setMinInterval(MERGE_MIN_MILLIS).setMaxInterval(MERGE_MAX_MILLIS));
        long silence = config.failureTimeout().toMillis();
        protocols.add(new FD_ALL3().setTimeout(silence).setInterval(silence / HEARTBEATS_PER_TIMEOUT));
        protocols.add(new VERIFY_SUSPECT2().setTimeout(VERIFY_MILLIS));
        protocols.add(new SuspicionRevoker(meshContext.time()));
        protocols.add(new NAKACK2()
                .useMcastXmit(false)
                .setXmitInterval(RETRANSMIT_MILLIS)
                .setResendLastSeqnoMaxTimes(MAX_RETRANSMISSIONS));
        protocols.add(new UNICAST3().setXmitInterval(RETRANSMIT_MILLIS));
        protocols.add(new STABLE());
        GMS gms = new GMS()
                .setJoinTimeout(JOIN_MILLIS)
                .setLeaveTimeout(LEAVE_MILLIS)
                .setMergeTimeout(MERGE_MILLIS)
                .setViewAckCollectionTimeout(ACK_MILLIS)
                .printLocalAddress(false);
        gms.setMembershipChangePolicy(new LatestIncarnationPolicy(replaced));
        protocols.add(gms);
        protocols.addAll(upper);
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
            throw new UnknownHostException("nobody knows the host of " + address + ", where this node is to listen");
        }
    }
}
