package dev.ginkgo.hub.exhaustion;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A client that opens many connections from an address of its own, sends as much as the hub takes, and reads nothing
 * unless a test requests it.
 */
final class Outsider implements AutoCloseable {
    /** Time without progress after which the hub is taken to accept no more. */
    private static final int NO_PROGRESS_MILLIS = 500;

    private static final int MAX_WAIT_MILLIS = 30_000;

    private final int port;
    private final InetAddress address;
    private final List<SocketChannel> connections = new ArrayList<>();
    private final ByteBuffer input = ByteBuffer.allocate(64 * 1024);

    /** Creates a client of the hub at the port, which connects from an address of this machine. */
    Outsider(int port, InetAddress address) {
        this.port = port;
        this.address = address;
    }

    /** Opens further connections. */
    Outsider connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel connection = SocketChannel.open();
            connection.bind(new InetSocketAddress(address, 0));
            connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            connection.configureBlocking(false);
            connections.add(connection);
        }
        return this;
    }

    /**
     * Sends the given bytes over each open connection, as far as the hub takes them. Returns when all have been sent, or
     * no connection accepts more. Connections that the hub closes are dropped.
     *
     * @param text the bytes for the connection with the given number, as ISO 8859-1
     * @return the number of connections over which everything was sent
     */
    int send(IntFunction<String> text) throws IOException {
        int complete = 0;
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections.size(); i++) {
                connections
                        .get(i)
                        .register(
                                selector,
                                SelectionKey.OP_WRITE,
                                ByteBuffer.wrap(text.apply(i).getBytes(ISO_8859_1)));
            }
            while (!selector.keys().isEmpty() && selector.select(NO_PROGRESS_MILLIS) > 0) {
                for (SelectionKey key : selector.selectedKeys()) {
                    ByteBuffer rest = (ByteBuffer) key.attachment();
                    if (!write((SocketChannel) key.channel(), rest)) {
                        key.cancel();
                    } else if (!rest.hasRemaining()) {
                        complete++;
                        key.cancel();
                    }
                }
                selector.selectedKeys().clear();
                selector.selectNow();
            }
        }
        connections.removeIf(each -> !each.isOpen());
        return complete;
    }

    private static boolean write(SocketChannel connection, ByteBuffer rest) throws IOException {
        try {
            connection.write(rest);
            return true;
        } catch (IOException closedByHub) {
            connection.close();
            return false;
        }
    }

    /** Waits until something has been received on each connection, and discards it. */
    Outsider awaitInput() throws IOException {
        try (Selector selector = Selector.open()) {
            for (SocketChannel each : connections) {
                each.register(selector, SelectionKey.OP_READ);
            }
            while (!selector.keys().isEmpty() && selector.select(MAX_WAIT_MILLIS) > 0) {
                for (SelectionKey key : selector.selectedKeys()) {
                    ((SocketChannel) key.channel()).read(input.clear());
                    key.cancel();
                }
                selector.selectedKeys().clear();
                selector.selectNow();
            }
        }
        return this;
    }

    /** Reads and discards what has been received, without waiting for more. */
    void readAvailable() throws IOException {
        for (SocketChannel each : connections) {
            try {
                input.clear();
                if (each.read(input) < 0) {
                    each.close();
                }
            } catch (IOException closedByHub) {
                each.close();
            }
        }
        connections.removeIf(each -> !each.isOpen());
    }

    /** Reads a little of what has been received on each connection, so that none of them looks stuck. */
    void trickle() throws IOException {
        ByteBuffer little = ByteBuffer.allocate(100);
        for (SocketChannel each : connections) {
            try {
                each.read(little.clear());
            } catch (IOException closedByHub) {
                each.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel each : connections) {
            each.close();
        }
        connections.clear();
    }
}
