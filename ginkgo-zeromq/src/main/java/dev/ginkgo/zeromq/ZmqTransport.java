package dev.ginkgo.zeromq;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.hub.spi.TransportStats;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Transport {@code zeromq}: each node binds one SUB socket, and connects one XPUB socket to the SUB socket of each
 * peer, so each peer has its own connection and send queue. See {@code
 * docs/decisions/0017-zeromq.md} and 0104.
 */
final class ZmqTransport extends Transport {
    private static final int PORT = 2222;

    private final Setting<String> bind = setting("bind", "")
            .check(text -> text.isEmpty() || isBind(text), "is not an address such as \"10.0.0.2:2222\"")
            .restartRequired()
            .help("Listen address for other nodes, by default port 2222 of the node's identity; 0 selects a free port");

    private final Setting<String> advertise = setting("advertise", "")
            .check(ZmqTransport::isAddress, "is not an address such as \"10.0.0.2:2222\"")
            .restartRequired()
            .help("Address at which other nodes reach this one, if it differs from `bind`");

    private final Setting<Path> secretFile = setting("secret-file", Path.of(""))
            .restartRequired()
            .help("File with a secret for this transport, if it differs from the secret of the cluster");

    private final Setting<Boolean> insecure = setting("insecure", false)
            .restartRequired()
            .help("Disables encryption: uses a sixth to a tenth of the CPU, but any host that reaches the port can"
                    + " impersonate a node");

    private final Setting<Size> queue = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .restartRequired()
            .help("Maximum size of the send queue of one peer");

    private final Setting<Size> maxMessage = setting("max-message", Size.ofMebibytes(8))
            .between(Size.ofKibibytes(512), Size.of("256MiB"))
            .restartRequired()
            .help("Maximum payload size; a peer that sends a larger one is disconnected. The same on all nodes");

    private volatile ClusterCredentials clusterCredentials = ClusterCredentials.none();
    private volatile @Nullable ZmqEventLoop eventLoop;

    ZmqTransport() {}

    private static boolean isAddress(String text) {
        try {
            return text.isEmpty() || Address.of(text).port() > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isBind(String text) {
        try {
            return Address.of(text).port() >= 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns port 2222 on the host of the node's identity, or on loopback if the name is not an address. */
    private static Address defaultBind(String name) {
        try {
            return new Address(Address.of(name).host(), PORT);
        } catch (IllegalArgumentException e) {
            return new Address("127.0.0.1", PORT);
        }
    }

    @Override
    public void credentials(ClusterCredentials credentials) {
        clusterCredentials = credentials;
    }

    @Override
    public Address open(NodeIncarnation self, TransportListener transportListener) throws Exception {
        Address address = bind.get().isEmpty() ? defaultBind(self.name()) : Address.of(bind.get());
        CurveKeys curveKeys = curveKeys();
        if (curveKeys == null && !address.isLoopback() && !insecure.get() && !clusterCredentials.insecure()) {
            throw new IllegalStateException(
                    "`bind` = \"" + address + "\" is reachable from other machines, but there is"
                            + " no secret: any host could impersonate a node. Set the same cluster.secret-file on all"
                            + " nodes, or allow this with `insecure = true`");
        }
        if (address.isWildcard() && advertise.get().isEmpty()) {
            throw new IllegalStateException(
                    "`bind` = \"" + address + "\" is a wildcard address to which other nodes cannot"
                            + " connect; set `advertise`, for example to \"10.0.0.2:2222\"");
        }
        ZmqLimits limits = new ZmqLimits(queue.get().bytes(), maxMessage.get().bytes());
        EventSelector selector = closeOnStop(new EventSelector(time()));
        ZmqSockets sockets = new ZmqSockets(selector, limits.maxFrameBytes(), curveKeys);
        ServerSocketChannel server = closeOnStop(listen(address));
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        ZmqEventLoop newLoop = new ZmqEventLoop(self, transportListener, sockets, server, time(), limits);
        EventLoopThread thread = closeOnStop(new EventLoopThread("zeromq-" + self.name(), newLoop::run, newLoop::stop));
        eventLoop = newLoop;
        spawn("event-loop", thread::awaitFailure);
        String advertised = advertise.get();
        return advertised.isEmpty() ? new Address(address.host(), port) : Address.of(advertised);
    }

    /** Returns the keys from this transport's secret, or from the secret of the cluster; null for no encryption. */
    private @Nullable CurveKeys curveKeys() throws GeneralSecurityException {
        if (!secretFile.get().toString().isEmpty()) {
            return CurveKeys.read(secretFile.get());
        }
        if (clusterCredentials.keys().isEmpty()) {
            return null;
        }
        if (insecure.get()) {
            log.warn("messages between hubs are neither encrypted nor authenticated, although the cluster has a secret:"
                    + " `insecure = true` is set");
            return null;
        }
        return CurveKeys.of(clusterCredentials.keys().get());
    }

    private static ServerSocketChannel listen(Address address) throws IOException {
        try {
            return ZmqSockets.listen(address);
        } catch (IOException | UnresolvedAddressException e) {
            BindException bindException = new BindException("cannot listen on " + address + " (`bind`): "
                    + e.getMessage()
                    + "; stop the process that uses the port (ss -ltnp shows it), or choose another address");
            bindException.initCause(e);
            throw bindException;
        }
    }

    private ZmqEventLoop eventLoop() {
        return requireNonNull(eventLoop, "the transport is not open");
    }

    @Override
    public void setPeers(Set<Peer> others) {
        eventLoop().setPeers(others);
    }

    @Override
    public int send(Envelope message) {
        ZmqEventLoop loop = eventLoop();
        int accepted = message.payload().length <= maxMessage.get().bytes()
                ? loop.sendQueues().offer(message)
                : loop.sendQueues().skip(message);
        loop.wake();
        return accepted;
    }

    @Override
    public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {
        eventLoop().request(peer, new Frame.RangeRequest(sequenceRange));
    }

    @Override
    public void requestSnapshot(NodeIncarnation peer, long after) {
        eventLoop().request(peer, new Frame.SnapshotRequest(after));
    }

    @Override
    public Set<NodeIncarnation> readyPeers() {
        return eventLoop().ready();
    }

    @Override
    public TransportStats stats() {
        return eventLoop().stats();
    }
}
