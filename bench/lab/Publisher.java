package lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Publishes to one server over one connection. */
final class Publisher implements AutoCloseable {
    private final Server server;
    private final Socket socket;
    private final InputStream in;
    private long number;
    private int matched;

    Publisher(Server server) throws IOException {
        this.server = server;
        socket = server.connector().connect(new InetSocketAddress("127.0.0.1", server.port()));
        socket.setSoTimeout(Subscribers.PATIENCE * 1000);
        in = socket.getInputStream();
        socket.getOutputStream().write(server.protocol().connect());
    }

    /** Sends one message to each of several channels in one write. The messages of a channel are numbered. */
    void publishToChannels(int first, int channels, long number, int bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < channels; i++) {
            out.writeBytes(server.protocol().publish(first + i, Payload.of(number, bytes)));
        }
        out.writeBytes(server.protocol().flush());
        socket.getOutputStream().write(out.toByteArray());
    }

    /** Sends messages in one write, and returns the number of the first one. */
    long publish(int messages, int bytes) throws IOException {
        long first = number;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < messages; i++) {
            out.writeBytes(server.protocol().publish(Payload.of(number++, bytes)));
        }
        out.writeBytes(server.protocol().flush());
        socket.getOutputStream().write(out.toByteArray());
        return first;
    }

    /** Waits for the responses to a batch. */
    void awaitResponses(int messages) throws IOException {
        byte[] wanted = server.protocol().response();
        byte[] bytes = new byte[16 * 1024];
        for (int missing = server.protocol().responses(messages); missing > 0; ) {
            int length = in.read(bytes);
            if (length < 0) {
                throw new IOException(server.name() + " closed the connection of the publisher");
            }
            for (int i = 0; i < length; i++) {
                matched = bytes[i] == wanted[matched] ? matched + 1 : bytes[i] == wanted[0] ? 1 : 0;
                if (matched == wanted.length) {
                    matched = 0;
                    missing--;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
