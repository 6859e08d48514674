package dev.ginkgo.mesh;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Stretch;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
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
            .fixed()
            .help(
                    "Where to listen for other nodes, if that is not port 2222 of the node's identity; 0 takes a free one");

    private final Setting<String> advertise = setting("advertise", "")
            .check(ZmqTransport::isAddress, "is no address such as \"10.0.0.2:2222\"")
            .fixed()
            .help("Where the others reach this node, if that is not `bind`");

    private final Setting<Path> secretFile = setting("secret-file", Path.of(""))
            .fixed()
            .help("A file with a secret that all nodes share; then they talk by CURVE, at 6 to 10 times the CPU");

    private final Setting<Boolean> insecure = setting("insecure", false)
            .fixed()
            .help("Whether to listen beyond loopback without a secret: who reaches the port may pose as a node");

    private final Setting<Size> queue = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .fixed()
            .help("How much may wait for one peer");

    private final Setting<Size> maxMessage = setting("max-message", Size.ofMebibytes(8))
            .between(Size.ofKibibytes(512), Size.of("256MiB"))
            .fixed()
            .help("The largest message that is carried; who sends more is cut off. The same on all nodes");

    private volatile @Nullable ZmqOwner owner;

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
    private static Address besideIdentity(String name) {
        try {
            return new Address(Address.of(name).host(), PORT);
        } catch (IllegalArgumentException e) {
            return new Address("127.0.0.1", PORT);
        }
    }

    @Override
    public Address open(Origin self, Inbox inbox) throws Exception {
        Address address = bind.get().isEmpty() ? besideIdentity(self.name()) : Address.of(bind.get());
        boolean secured = !secretFile.get().toString().isEmpty();
        if (!secured && !address.isLoopback() && !insecure.get()) {
            throw new IllegalStateException("`bind` = \"" + address + "\" is reached from other machines, and there is"
                    + " no `secret-file`: anybody could pose as a node. Give one, or write `insecure = true`");
        }
        if (address.isWildcard() && advertise.get().isEmpty()) {
            throw new IllegalStateException("`bind` = \"" + address + "\" does not tell the other nodes where this one"
                    + " is; write `advertise`, such as \"10.0.0.2:2222\"");
        }
        ZmqSecret secret = secured ? ZmqSecret.read(secretFile.get()) : null;
        ZmqLimits limits = new ZmqLimits(queue.get().bytes(), maxMessage.get().bytes());
        Wake wake = own(new Wake());
        ZmqSockets sockets = own(new ZmqSockets(limits.frame(), secret));
        ZMQ.Socket incoming = bound(sockets, address);
        String endpoint = incoming.getLastEndpoint();
        ZmqOwner started = new ZmqOwner(self, inbox, sockets, incoming, wake, time(), limits);
        OwnerThread thread = own(new OwnerThread("zeromq-" + self.name(), started::run, started::stop));
        owner = started;
        spawn("owner", thread::awaitFailure);
        String told = advertise.get();
        return told.isEmpty() ? Address.of(endpoint.substring("tcp://".length())) : Address.of(told);
    }

    private static ZMQ.Socket bound(ZmqSockets sockets, Address address) throws IOException {
        try {
            return sockets.bound(address);
        } catch (ZMQException | IllegalArgumentException e) {
            BindException told = new BindException("cannot listen on " + address + " (`bind`): " + e.getMessage()
                    + "; stop what listens there (ss -ltnp shows it), or choose another address");
            told.initCause(e);
            throw told;
        }
    }

    private ZmqOwner owner() {
        return requireNonNull(owner, "the transport is not open");
    }

    @Override
    public void peers(Set<Peer> others) {
        owner().want(others);
    }

    @Override
    public int send(Envelope message) {
        ZmqOwner present = owner();
        int took = message.payload().length <= maxMessage.get().bytes()
                ? present.backlogs().offer(message)
                : present.backlogs().skip(message);
        present.wake();
        return took;
    }

    @Override
    public void ask(Origin peer, Stretch stretch) {
        owner().ask(peer, stretch);
    }

    @Override
    public Set<Origin> readyPeers() {
        return owner().ready();
    }

    @Override
    public TransportStats stats() {
        return owner().stats();
    }
}
