package dev.ginkgo.mesh.discovery;

import dev.ginkgo.config.Address;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.time.TimeSource;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces the address of this node on the local network by UDP multicast, and receives the addresses of other nodes.
 * Packets contain only an address; authentication takes place when nodes connect. JGroups' {@code MPING} is not used
 * because it parses complete JGroups messages from any sender. Thread-safe.
 */
public final class MulticastDiscovery implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MulticastDiscovery.class);

    /** How often a node announces its address. */
    public static final Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(1);

    /** An address expires when it has not been announced for this long. */
    private static final long EXPIRY_NANOS = Duration.ofSeconds(10).toNanos();

    /**
     * Several times the maximum number of nodes. Without a bound, any sender in the group could add any number of
     * addresses.
     */
    private static final int MAX_ADDRESSES = 64;

    private final MulticastSocket socket;
    private final InetSocketAddress group;
    private final DiscoveryCodec codec;
    private final Address self;
    private final TimeSource timeSource;
    private final LogRateLimiter rejectedLog;
    private final Map<Address, Long> discovered = new LinkedHashMap<>(); // guarded by itself

    private MulticastDiscovery(
            MulticastSocket socket,
            InetSocketAddress group,
            DiscoveryCodec codec,
            Address self,
            TimeSource timeSource) {
        this.socket = socket;
        this.group = group;
        this.codec = codec;
        this.self = self;
        this.timeSource = timeSource;
        rejectedLog = new LogRateLimiter(timeSource);
    }

    /**
     * Joins the multicast group.
     *
     * @param listenAddress selects the network interface: the one that has this address
     * @param self the address to announce
     * @throws IOException if the group cannot be joined; the message says what to change
     */
    public static MulticastDiscovery open(
            Address group, Address listenAddress, Address self, DiscoveryCodec codec, TimeSource timeSource)
            throws IOException {
        InetSocketAddress groupAddress = group.toSocketAddress();
        MulticastSocket socket = new MulticastSocket(group.port());
        try {
            NetworkInterface network = NetworkInterface.getByInetAddress(InetAddress.getByName(listenAddress.host()));
            if (network == null) {
                throw new IOException("no network interface of this machine has the address " + listenAddress.host());
            }
            socket.setNetworkInterface(network);
            socket.setTimeToLive(1); // local network only
            socket.joinGroup(groupAddress, network);
            return new MulticastDiscovery(socket, groupAddress, codec, self, timeSource);
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "cannot join the multicast group " + group + " to discover nodes: " + e.getMessage()
                            + "; set cluster.coordinator.mesh.multicast to a group that this network supports, or list"
                            + " the nodes in cluster.join",
                    e);
        }
    }

    /** Sends one announcement of this node's address. */
    public void announce() {
        byte[] packet = codec.encode(self);
        try {
            socket.send(new DatagramPacket(packet, packet.length, group));
        } catch (IOException e) {
            LOG.debug("cannot send an announcement to multicast group {}: {}", group, e.getMessage());
        }
    }

    /** Receives announcements until this object is closed. The body of a task. */
    public void receive() {
        DatagramPacket packet =
                new DatagramPacket(new byte[DiscoveryCodec.MAX_LENGTH + 1], DiscoveryCodec.MAX_LENGTH + 1);
        while (!socket.isClosed()) {
            try {
                packet.setLength(DiscoveryCodec.MAX_LENGTH + 1);
                socket.receive(packet);
                Optional<Address> address = codec.decode(packet.getData(), packet.getLength());
                address.filter(each -> !each.equals(self)).ifPresent(this::remember);
                if (address.isEmpty()) {
                    rejectedLog.warn(
                            LOG,
                            "dropped a packet from " + packet.getSocketAddress() + " to multicast group " + group
                                    + ": it is malformed, or not authenticated with the secret of this cluster");
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    LOG.debug("cannot receive from multicast group {}: {}", group, e.getMessage());
                }
            }
        }
    }

    private void remember(Address address) {
        boolean isNew;
        synchronized (discovered) {
            removeExpired();
            isNew = !discovered.containsKey(address);
            if (!isNew || discovered.size() < MAX_ADDRESSES) {
                discovered.put(address, timeSource.nanos());
            }
        }
        if (isNew) {
            announce(); // so that the new node need not wait for the next interval
        }
    }

    private void removeExpired() {
        long now = timeSource.nanos();
        discovered.values().removeIf(since -> now - since > EXPIRY_NANOS);
    }

    /** Returns the addresses that other nodes announced within the last 10 seconds. */
    public Collection<Address> discovered() {
        synchronized (discovered) {
            removeExpired();
            return List.copyOf(discovered.keySet());
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
