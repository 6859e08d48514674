package lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/** Subscribers that read on virtual threads, through a layer such as TLS, HTTP/2 or gzip. */
final class ThreadSubscribers implements Subscribers {
    private final Server server;
    private final List<Socket> sockets = new ArrayList<>();
    private final BlockingQueue<Long> received = new ArrayBlockingQueue<>(1 << 20);
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final CountDownLatch heads;

    /** What is between the socket and the payloads. */
    interface Layer {
        /**
         * Subscribes on a connection, and reads it to its end.
         *
         * @param streams number of subscriptions on the connection
         * @param ready to be called once for each subscription whose response has begun
         * @param sink the bytes of each subscription
         */
        void read(Socket socket, int streams, Runnable ready, Sink sink) throws IOException;
    }

    /** Receives the bytes of subscriptions. */
    interface Sink {
        void accept(int stream, byte[] bytes, int offset, int length);
    }

    ThreadSubscribers(Server server, Layer layer, int connections, int streams) throws IOException, InterruptedException {
        this.server = server;
        heads = new CountDownLatch(connections * streams);
        for (int i = 0; i < connections; i++) {
            Socket socket = server.connector().connect(new InetSocketAddress("127.0.0.1", server.port()));
            sockets.add(socket);
            Payload.Reader[] readers = new Payload.Reader[streams];
            java.util.Arrays.setAll(readers, _ -> new Payload.Reader(server.name()));
            Thread.ofVirtual().start(() -> {
                try {
                    layer.read(socket, streams, heads::countDown, (stream, bytes, offset, length) -> {
                        for (int each = offset; each < offset + length; each++) {
                            if (readers[stream].add(bytes[each])) {
                                received.add(readers[stream].last());
                            }
                        }
                    });
                } catch (IOException | RuntimeException e) {
                    failure.compareAndSet(null, e);
                }
            });
        }
        if (!heads.await(60, TimeUnit.SECONDS)) {
            throw new IOException(server.name() + " has not responded to " + heads.getCount() + " subscribers", failure.get());
        }
    }

    @Override
    public void await(long deliveries, LongConsumer delivered) throws Exception {
        for (long i = 0; i < deliveries; i++) {
            Long number = received.poll(Subscribers.PATIENCE, TimeUnit.SECONDS);
            if (number == null) {
                throw new IOException(
                        server.name() + ": " + (deliveries - i) + " of " + deliveries + " deliveries are missing",
                        failure.get());
            }
            delivered.accept(number);
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Reads a response of HTTP/1.1 whose bytes need no decoding to find the payloads. */
    static Layer http1(byte[] request) {
        return (socket, _, ready, sink) -> {
            socket.getOutputStream().write(request);
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[64 * 1024];
            int length = in.read(bytes);
            ready.run();
            while (length > 0) {
                sink.accept(0, bytes, 0, length);
                length = in.read(bytes);
            }
        };
    }
}
