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
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * The transport {@code zeromq}: each node binds one SUB socket and connects one XPUB socket to that of each peer, so
 * that everybody has a connection and a queue of his own. See {@code docs/decisions/0017-zeromq.md}.
 */
final class ZmqTransport extends Transport {
    private static final int PORT = 2222;

    private final Setting<String> bind = setting("bind", "")
            .check(text -> text.isEmpty() || isBind(text), "is no address such as \"10.0.0.2:2222\"")
            .restartRequired()
            .help(
                    "Where to listen for other nodes, if that is not port 2222 of the node's identity; 0 takes a free one");

    private final Setting<String> advertise = setting("advertise", "")
            .check(ZmqTransport::isAddress, "is no address such as \"10.0.0.2:2222\"")
            .restartRequired()
            .help("Where the others reach this node, if that is not `bind`");

    private final Setting<Path> secretFile = setting("secret-file", Path.of(""))
            .restartRequired()
            .help("A file with a secret of its own, if it is not to be cluster.secret");

    private final Setting<Boolean> insecure = setting("insecure", false)
            .restartRequired()
            .help("Talk in plain: at a sixth to a tenth of the CPU, but who reaches the port may pose as a node");

    private final Setting<Size> queue = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .restartRequired()
            .help("How much may wait for one peer");

    private final Setting<Size> maxMessage = setting("max-message", Size.ofMebibytes(8))
            .between(Size.ofKibibytes(512), Size.of("256MiB"))
            .restartRequired()
            .help("The largest message that is carried; who sends more is cut off. The same on all nodes");

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

    /** The host of a node's identity is where others reach it; of a name that is no address, nothing is known. */
    private static Address defaultBind(String name) {
        try {
            return new Address(Address.of(name).host(), PORT);
        } catch (IllegalArgumentException e) {
            return new Address("127.0.0.1", PORT);
        }
    }

    @Override
    public void credentials(ClusterCredentials ofCluster) {
        clusterCredentials = ofCluster;
    }

    @Override
    public Address open(NodeIncarnation self, TransportListener transportListener) throws Exception {
        Address address = bind.get().isEmpty() ? defaultBind(self.name()) : Address.of(bind.get());
        CurveKeys secret = secret();
        if (secret == null && !address.isLoopback() && !insecure.get() && !clusterCredentials.insecure()) {
            throw new IllegalStateException("`bind` = \"" + address + "\" is reached from other machines, and there is"
                    + " no secret: anybody could pose as a node. Give all nodes the same cluster.secret-file, or allow it"
                    + " by `insecure = true`");
        }
        if (address.isWildcard() && advertise.get().isEmpty()) {
            throw new IllegalStateException("`bind` = \"" + address + "\" does not tell the other nodes where this one"
                    + " is; write `advertise`, such as \"10.0.0.2:2222\"");
        }
        ZmqLimits limits = new ZmqLimits(queue.get().bytes(), maxMessage.get().bytes());
        SelectorWakeup selectorWakeup = closeOnStop(new SelectorWakeup());
        ZmqSockets sockets = closeOnStop(new ZmqSockets(limits.maxFrameBytes(), secret));
        ZMQ.Socket incoming = bound(sockets, address);
        String endpoint = incoming.getLastEndpoint();
        ZmqEventLoop started =
                new ZmqEventLoop(self, transportListener, sockets, incoming, selectorWakeup, time(), limits);
        EventLoopThread thread = closeOnStop(new EventLoopThread("zeromq-" + self.name(), started::run, started::stop));
        eventLoop = started;
        spawn("owner", thread::awaitFailure);
        String told = advertise.get();
        return told.isEmpty() ? Address.of(endpoint.substring("tcp://".length())) : Address.of(told);
    }

    /** Its own, or that of the cluster; null if it is to talk in plain. */
    private @Nullable CurveKeys secret() throws GeneralSecurityException {
        if (!secretFile.get().toString().isEmpty()) {
            return CurveKeys.read(secretFile.get());
        }
        if (clusterCredentials.keys().isEmpty()) {
            return null;
        }
        if (insecure.get()) {
            log.warn("what the hubs say to each other is neither secret nor signed, although the cluster has a secret:"
                    + " `insecure = true` says so");
            return null;
        }
        return CurveKeys.of(clusterCredentials.keys().get());
    }

    private static ZMQ.Socket bound(ZmqSockets sockets, Address address) throws IOException {
        try {
            return sockets.openSubscriber(address);
        } catch (ZMQException | IllegalArgumentException e) {
            BindException told = new BindException("cannot listen on " + address + " (`bind`): " + e.getMessage()
                    + "; stop what listens there (ss -ltnp shows it), or choose another address");
            told.initCause(e);
            throw told;
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
        ZmqEventLoop present = eventLoop();
        int took = message.payload().length <= maxMessage.get().bytes()
                ? present.backlogs().offer(message)
                : present.backlogs().skip(message);
        present.wake();
        return took;
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
