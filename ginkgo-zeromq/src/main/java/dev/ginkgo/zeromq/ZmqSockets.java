package dev.ginkgo.zeromq;

import dev.ginkgo.config.Address;
import dev.ginkgo.zeromq.zmtp.Mechanism;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Factory of the sockets of one run. Used by the event loop thread, except before it starts.
 *
 * @param selector of the event loop
 * @param maxFrameBytes maximum size of a frame of a peer
 * @param curveKeys the keys of the cluster; null for no encryption
 */
record ZmqSockets(
        EventSelector selector,
        long maxFrameBytes,
        @Nullable CurveKeys curveKeys) {
    private static final String SUBSCRIBER = "SUB";
    private static final String PUBLISHER = "XPUB";

    /** Listens on an address. */
    static ServerSocketChannel listen(Address address) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            return server.bind(address.toSocketAddress());
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Opens the socket that all peers connect to. */
    SubscriberSocket openSubscriber(ServerSocketChannel server, SubscriberSocket.Receiver receiver) throws IOException {
        CurveKeys keys = curveKeys;
        return new SubscriberSocket(
                server,
                server::accept,
                selector,
                () -> keys == null
                        ? Mechanism.unencrypted(SUBSCRIBER)
                        : Mechanism.curveServer(SUBSCRIBER, keys.publicKey(), keys.secretKey()),
                maxFrameBytes,
                receiver);
    }

    /** Opens a socket for one peer. */
    PublisherSocket openPublisher(Address address, long now) {
        CurveKeys keys = curveKeys;
        return new PublisherSocket(
                address,
                selector,
                () -> keys == null
                        ? Mechanism.unencrypted(PUBLISHER)
                        : Mechanism.curveClient(PUBLISHER, keys.publicKey(), keys.secretKey()),
                now);
    }
}
