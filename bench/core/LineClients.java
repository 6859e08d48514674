import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Clients of a server that returns each line. A hundred of them send at the same time, and wait for their line; it must
 * be the one that was sent.
 */
final class LineClients implements AutoCloseable {
    private static final int AT_ONCE = 100;

    private final Selector selector = Selector.open();
    private final Client[] clients;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256);
    private int next;

    private static final class Client {
        final SocketChannel channel;
        long sent;
        boolean waits;
        final ByteBuffer received = ByteBuffer.allocate(32);

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    LineClients(int port, int connections) throws IOException {
        clients = new Client[connections];
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            clients[i] = new Client(channel);
            channel.register(selector, SelectionKey.OP_READ, clients[i]);
        }
    }

    /** Exchanges that many lines, over all connections in turns. */
    void exchange(int lines) throws IOException {
        int sent = 0;
        int received = 0;
        while (received < lines) {
            while (sent < lines && sent - received < Math.min(AT_ONCE, clients.length)) {
                if (!clients[next].waits) {
                    send(clients[next]);
                    sent++;
                }
                next = (next + 1) % clients.length;
            }
            if (selector.select(30_000) == 0) {
                throw new IllegalStateException(sent - received + " lines were not returned");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                received += receive((Client) key.attachment());
            }
            selector.selectedKeys().clear();
        }
    }

    private void send(Client client) throws IOException {
        client.waits = true;
        buffer.clear().put(("line " + ++client.sent + "\n").getBytes(US_ASCII)).flip();
        while (buffer.hasRemaining()) {
            client.channel.write(buffer);
        }
    }

    private static int receive(Client client) throws IOException {
        if (client.channel.read(client.received) < 0) {
            throw new IllegalStateException("a connection has ended");
        }
        int length = client.received.position();
        if (length == 0 || client.received.get(length - 1) != '\n') {
            return 0;
        }
        String line = new String(client.received.array(), 0, length, US_ASCII);
        client.received.clear();
        client.waits = false;
        if (!line.equals("line " + client.sent + "\n")) {
            throw new IllegalStateException("received " + line + " instead of line " + client.sent);
        }
        return 1;
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }
}
