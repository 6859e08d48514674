package lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** Subscribers with a plain connection each, read by the calling thread. Some of them may be stuck: they never read. */
final class PlainSubscribers implements Subscribers {
    /** Messages that fill the socket of a subscriber: about 2.6 MB on loopback. */
    private static final int FILLING = 16;

    private static final int FILLING_BYTES = 256 * 1024;

    private final Server server;
    private final Selector selector = Selector.open();
    private final List<SocketChannel> stuck = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);

    PlainSubscribers(Server server, int reading, int stuck) throws IOException {
        this(server, reading, stuck, 0, 1);
    }

    /** Spreads the subscribers evenly over channels, of which the first one is given. */
    PlainSubscribers(Server server, int reading, int stuck, int firstChannel, int channels) throws IOException {
        this.server = server;
        for (int i = 0; i < stuck; i++) {
            this.stuck.add(subscribe(reading + i, 4096, firstChannel));
        }
        if (stuck > 0) {
            fill();
        }
        for (int i = 0; i < reading; i++) {
            SocketChannel subscriber = subscribe(i, 0, firstChannel + i % channels);
            subscriber.configureBlocking(false);
            subscriber.register(selector, SelectionKey.OP_READ, new Payload.Reader(server.name()));
            awaitSubscription();
        }
    }

    /** Publishes more than the sockets of the stuck subscribers hold, so that the server cannot send to them. */
    private void fill() throws IOException {
        try (Publisher publisher = new Publisher(server)) {
            for (int i = 0; i < FILLING; i++) {
                publisher.publish(1, FILLING_BYTES);
                publisher.awaitResponses(1);
            }
        }
        if (server.fullSockets() < stuck.size()) {
            throw new IOException(server.name() + " has " + server.fullSockets() + " full sockets, not " + stuck.size());
        }
    }

    /** Connects from one of several addresses, because one address has fewer ports than there are subscribers. */
    private SocketChannel subscribe(int number, int receiveBuffer, int channelNumber) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (receiveBuffer > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        }
        channel.bind(new InetSocketAddress("127.0.0." + (1 + number / 5_000), 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // a reset, so that the port can be used again at once
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.write(ByteBuffer.wrap(server.protocol().subscribe(channelNumber)));
        return channel;
    }

    /** Waits for the response to the last subscriber. */
    private void awaitSubscription() throws IOException {
        byte[] wanted = server.protocol().subscribed();
        byte[] tail = new byte[wanted.length];
        StringBuilder response = new StringBuilder();
        for (boolean found = false; !found; ) {
            if (selector.select(Subscribers.PATIENCE * 1000L) == 0) {
                throw new IOException(server.name() + " does not respond to a subscriber");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                buffer.clear();
                if (((SocketChannel) key.channel()).read(buffer) < 0) {
                    throw new IOException(server.name() + " closed the connection of a subscriber");
                }
                response.append(StandardCharsets.ISO_8859_1.decode(buffer.duplicate().flip()));
                for (int i = 0; i < buffer.position(); i++) {
                    System.arraycopy(tail, 1, tail, 0, tail.length - 1);
                    tail[tail.length - 1] = buffer.get(i);
                    found |= Arrays.equals(wanted, tail); // a first event may follow
                }
            }
            selector.selectedKeys().clear();
        }
        if (response.indexOf("HTTP/1.1 ") >= 0 && response.indexOf("HTTP/1.1 200") < 0) {
            throw new IOException(server.name() + " rejects a subscriber: " + response);
        }
    }

    @Override
    public void await(long deliveries, LongConsumer delivered) throws IOException {
        long left = deliveries;
        while (left > 0) {
            if (selector.select(Subscribers.PATIENCE * 1000L) == 0) {
                throw new IOException(server.name() + ": " + left + " of " + deliveries + " deliveries are missing");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                buffer.clear();
                if (((SocketChannel) key.channel()).read(buffer) < 0) {
                    throw new IOException(server.name() + " closed a stream");
                }
                Payload.Reader reader = (Payload.Reader) key.attachment();
                for (int i = 0; i < buffer.position(); i++) {
                    if (reader.add(buffer.get(i))) {
                        left--;
                        delivered.accept(reader.last());
                    }
                }
            }
            selector.selectedKeys().clear();
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        for (SocketChannel each : stuck) {
            each.close();
        }
        selector.close();
    }
}
