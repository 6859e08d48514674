package lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Publishes to one server over one connection. */
final class Publisher implements AutoCloseable {
    private final Server server;
    private final Protocol protocol;
    private final ResponseCounter responses;
    private final Socket socket;
    private final InputStream in;
    private long number;

    Publisher(Server server) throws IOException {
        this(server, 0);
    }

    /** Opens the connection of one of several publishers; they are numbered from 0. */
    Publisher(Server server, int publisher) throws IOException {
        this.server = server;
        number = publisher * Payload.NUMBERS;
        protocol = server.protocol().connection();
        responses = protocol.responseCounter();
        socket = server.connector().connect(new InetSocketAddress("127.0.0.1", server.port()));
        socket.setSoTimeout(Subscribers.PATIENCE * 1000);
        in = socket.getInputStream();
        socket.getOutputStream().write(protocol.connect());
        if (protocol.connected().length > 0) {
            await(ResponseCounter.matching(protocol.connected()), 1);
        }
    }

    /** Sends one message to each of several channels in one write. The messages of a channel are numbered. */
    void publishToChannels(int first, int channels, long number, int bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < channels; i++) {
            out.writeBytes(protocol.publish(first + i, Payload.of(number, bytes)));
        }
        out.writeBytes(protocol.flush());
        socket.getOutputStream().write(out.toByteArray());
    }

    /** Sends messages in one write, and returns the number of the first one. */
    long publish(int messages, int bytes) throws IOException {
        long first = number;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < messages; i++) {
            out.writeBytes(protocol.publish(Payload.of(number++, bytes)));
        }
        out.writeBytes(protocol.flush());
        socket.getOutputStream().write(out.toByteArray());
        return first;
    }

    /** Waits for the responses to a batch. */
    void awaitResponses(int messages) throws IOException {
        await(responses, protocol.responses(messages));
    }

    private void await(ResponseCounter counter, int count) throws IOException {
        byte[] bytes = new byte[16 * 1024];
        for (int missing = count; missing > 0; ) {
            int length = in.read(bytes);
            if (length < 0) {
                throw new IOException(server.name() + " closed the connection of the publisher");
            }
            missing -= counter.add(bytes, length);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
