import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Latency of one client of a hub while others pipeline small requests and read no response.
 *
 * <p>{@code java Pipelining.java PORT [CONNECTIONS [SECONDS]]}: the hub listens on 127.0.0.1. The other clients are at
 * 127.0.0.2, so on Linux only.
 */
final class Pipelining {
    private static final byte[] REQUEST =
            "POST /others HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7".getBytes(US_ASCII);
    private static final byte[] OWN =
            "POST /own HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7".getBytes(US_ASCII);
    private static final int REQUESTS_PER_WRITE = 500;

    private Pipelining() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int connections = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
        try (Socket own = new Socket(InetAddress.getLoopbackAddress(), port)) {
            own.setTcpNoDelay(true);
            measure(own, 5); // warm-up
            IO.println("alone: " + measure(own, seconds));
            List<SocketChannel> others = connect(port, connections);
            Thread attack = Thread.ofPlatform().daemon().start(() -> pipeline(others));
            IO.println(connections + " others: " + measure(own, seconds));
            attack.interrupt();
            attack.join();
            for (SocketChannel each : others) {
                each.close();
            }
            IO.println("afterwards: " + measure(own, seconds));
        }
    }

    private static List<SocketChannel> connect(int port, int count) throws IOException {
        List<SocketChannel> others = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.bind(new InetSocketAddress("127.0.0.2", 0));
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            channel.configureBlocking(false);
            others.add(channel);
        }
        return others;
    }

    /** Sends as many requests as the hub takes, until the thread is interrupted. */
    private static void pipeline(List<SocketChannel> channels) {
        byte[] requests = new byte[REQUEST.length * REQUESTS_PER_WRITE];
        for (int i = 0; i < REQUESTS_PER_WRITE; i++) {
            System.arraycopy(REQUEST, 0, requests, i * REQUEST.length, REQUEST.length);
        }
        try (Selector selector = Selector.open()) {
            for (SocketChannel each : channels) {
                each.register(selector, SelectionKey.OP_WRITE, ByteBuffer.wrap(requests));
            }
            while (!Thread.currentThread().isInterrupted()) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    ByteBuffer rest = (ByteBuffer) key.attachment();
                    ((SocketChannel) key.channel()).write(rest);
                    if (!rest.hasRemaining()) {
                        rest.rewind();
                    }
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            IO.println("a connection was closed: " + e.getMessage());
        }
    }

    /** Sends one request after another, and returns the percentiles of the times to their responses. */
    private static String measure(Socket own, int seconds) throws IOException {
        List<Long> nanos = new ArrayList<>();
        InputStream in = own.getInputStream();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() - end < 0) {
            long start = System.nanoTime();
            own.getOutputStream().write(OWN);
            readResponse(in);
            nanos.add(System.nanoTime() - start);
        }
        nanos.sort(null);
        return "p50 " + millis(nanos, 50) + ", p99 " + millis(nanos, 99) + ", maximum " + millis(nanos, 100) + " of "
                + nanos.size() + " requests";
    }

    private static String millis(List<Long> sorted, int percent) {
        int index = Math.min(sorted.size() - 1, sorted.size() * percent / 100);
        return "%.2f ms".formatted(sorted.get(index) / 1e6);
    }

    private static void readResponse(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the hub closed the connection");
            }
            head.append((char) b);
        }
        String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
        int from = lower.indexOf("content-length: ") + "content-length: ".length();
        in.readNBytes(Integer.parseInt(lower.substring(from, lower.indexOf("\r\n", from)).trim()));
    }
}
