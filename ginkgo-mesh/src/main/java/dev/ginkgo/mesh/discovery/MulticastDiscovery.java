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
 * Tells the local network where this node is, and hears where others are, by multicast. It says nothing but an address;
 * who is let in is decided where nodes connect. What JGroups has for it, {@code MPING}, reads whole messages of its own
 * from whoever sends them.
 */
public final class MulticastDiscovery implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MulticastDiscovery.class);

    /** How often a node says where it is. */
    public static final Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(1);

    /** Who has not been heard for so long is not looked for any more. */
    private static final long EXPIRY_NANOS = Duration.ofSeconds(10).toNanos();

    /** Several times the nodes of a mesh: whoever can send to the group could name any number. */
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
            DiscoveryCodec words,
            Address self,
            TimeSource timeSource) {
        this.socket = socket;
        this.group = group;
        this.codec = words;
        this.self = self;
        this.timeSource = timeSource;
        rejectedLog = new LogRateLimiter(timeSource);
    }

    /**
     * Joins the group, on the interface that has the address of {@code at}.
     *
     * @throws IOException if that cannot be done; the message says what to change
     */
    public static MulticastDiscovery open(
            Address group, Address at, Address self, DiscoveryCodec words, TimeSource timeSource) throws IOException {
        InetSocketAddress place = group.toSocketAddress();
        MulticastSocket socket = new MulticastSocket(group.port());
        try {
            NetworkInterface network = NetworkInterface.getByInetAddress(InetAddress.getByName(at.host()));
            if (network == null) {
                throw new IOException("no network of this machine has the address " + at.host());
            }
            socket.setNetworkInterface(network);
            socket.setTimeToLive(1); // the local network, and no further
            socket.joinGroup(place, network);
            return new MulticastDiscovery(socket, place, words, self, timeSource);
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "cannot look for other nodes at the multicast group " + group + ": " + e.getMessage()
                            + "; set cluster.coordinator.mesh.multicast to a group that this network carries, or list"
                            + " the nodes in cluster.join",
                    e);
        }
    }

    /** Says where this node is. */
    public void announce() {
        byte[] packet = codec.encode(self);
        try {
            socket.send(new DatagramPacket(packet, packet.length, group));
        } catch (IOException e) {
            LOG.debug("cannot say at {} where this node is: {}", group, e.getMessage());
        }
    }

    /** Listens until it is closed. A task. */
    public void receive() {
        DatagramPacket packet =
                new DatagramPacket(new byte[DiscoveryCodec.MAX_LENGTH + 1], DiscoveryCodec.MAX_LENGTH + 1);
        while (!socket.isClosed()) {
            try {
                packet.setLength(DiscoveryCodec.MAX_LENGTH + 1);
                socket.receive(packet);
                Optional<Address> place = codec.decode(packet.getData(), packet.getLength());
                place.filter(each -> !each.equals(self)).ifPresent(this::remember);
                if (place.isEmpty()) {
                    rejectedLog.warn(
                            LOG,
                            "dropped what was said at the multicast group " + group + " by " + packet.getSocketAddress()
                                    + ": it is of none who knows the secret of this cluster");
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    LOG.debug("cannot hear {}: {}", group, e.getMessage());
                }
            }
        }
    }

    private void remember(Address place) {
        boolean fresh;
        synchronized (discovered) {
            removeExpired();
            fresh = !discovered.containsKey(place);
            if (!fresh || discovered.size() < MAX_ADDRESSES) {
                discovered.put(place, timeSource.nanos());
            }
        }
        if (fresh) {
            announce(); // it need not wait for the next time
        }
    }

    private void removeExpired() {
        long now = timeSource.nanos();
        discovered.values().removeIf(since -> now - since > EXPIRY_NANOS);
    }

    /** Where others have said that they are. */
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
