import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the CPU time of a server per delivery of one message to one subscriber. The hub and nchan take turns: a
 * publisher posts a number of messages at once, and repeats this when all subscribers have received them.
 *
 * <p>{@code java bench/fanout/Fanout.java [subscribers [rounds [seconds [warm-up seconds]]]]}. Requires nginx with the
 * module nchan (Debian: libnginx-mod-nchan), and a built {@code ./ginkgo}.
 */
final class Fanout {
    private static final int[] DEPTHS = {1, 16};
    private static final byte MARK = '!';
    private static final byte[] PAYLOAD = ("x".repeat(63) + "!").getBytes(US_ASCII);

    /** A server under test. */
    private record Server(String name, Process process, int port, String subscribeHeaders) implements AutoCloseable {
        /** Returns the CPU time used by the process and its children, in ticks of 10 ms. */
        long ticks() throws IOException {
            long ticks = ticks(process.pid());
            for (ProcessHandle child : process.descendants().toList()) {
                ticks += ticks(child.pid());
            }
            return ticks;
        }

        @Override
        public void close() {
            process.destroy();
        }

        private static long ticks(long pid) throws IOException {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
    }

    /** One measurement: CPU time of the server per delivery in µs, and deliveries per second. */
    private record Result(double cpu, double rate) {}

    /** The subscribers of one server, all on one selector, and a publisher. */
    private static final class Load implements AutoCloseable {
        private final Server server;
        private final int subscribers;
        private final Selector selector = Selector.open();
        private final SocketChannel publisher;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);

        Load(Server server, int subscribers) throws IOException {
            this.server = server;
            this.subscribers = subscribers;
            for (int i = 0; i < subscribers; i++) {
                SocketChannel subscriber = connect();
                write(subscriber, "GET /bench HTTP/1.1\r\nHost: localhost\r\n" + server.subscribeHeaders() + "\r\n");
                subscriber.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            }
            publisher = connect();
            awaitHeads();
        }

        private SocketChannel connect() throws IOException {
            SocketChannel channel =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return channel;
        }

        private static void write(SocketChannel channel, String text) throws IOException {
            channel.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        }

        /** Waits for the response heads of all streams; messages published after that reach all subscribers. */
        private void awaitHeads() throws IOException {
            int started = 0;
            while (started < subscribers) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    buffer.clear();
                    ((SocketChannel) key.channel()).read(buffer);
                    started++;
                }
                selector.selectedKeys().clear();
            }
        }

        /** Publishes messages at once, and returns when all subscribers have received them. */
        void deliver(int messages) throws IOException {
            String post = "POST /bench HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
                    + PAYLOAD.length + "\r\n\r\n" + new String(PAYLOAD, US_ASCII);
            write(publisher, post.repeat(messages));
            long left = (long) messages * subscribers;
            while (left > 0) {
                if (selector.select(10_000) == 0) {
                    throw new IOException(server.name() + ": " + left + " deliveries are missing after 10 s");
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    buffer.clear();
                    if (((SocketChannel) key.channel()).read(buffer) < 0) {
                        throw new IOException(server.name() + " closed a stream unexpectedly");
                    }
                    for (int i = 0; i < buffer.position(); i++) {
                        left -= buffer.get(i) == MARK ? 1 : 0;
                    }
                }
                selector.selectedKeys().clear();
            }
            readResponses(messages);
        }

        private void readResponses(int messages) throws IOException {
            StringBuilder responses = new StringBuilder();
            int seen = 0;
            while (seen < messages) {
                buffer.clear();
                publisher.read(buffer);
                responses.append(US_ASCII.decode(buffer.flip()));
                seen = responses.toString().split("HTTP/1.1 20", -1).length - 1;
            }
            // Any rest of the last response is read with the next batch, where it is not counted.
        }

        Result measure(int depth, int seconds) throws IOException {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            long began = System.nanoTime();
            long ticks = server.ticks();
            long deliveries = 0;
            while (System.nanoTime() < end) {
                deliver(depth);
                deliveries += (long) depth * subscribers;
            }
            double micros = (server.ticks() - ticks) * 10_000.0;
            return new Result(micros / deliveries, deliveries * 1e9 / (System.nanoTime() - began));
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
            publisher.close();
        }
    }

    public static void main(String[] arguments) throws Exception {
        int subscribers = number(arguments, 0, 1_000);
        int rounds = number(arguments, 1, 7);
        int seconds = number(arguments, 2, 4);
        int warmUp = number(arguments, 3, 20);
        Path folder = Files.createTempDirectory("fanout");
        try (Server hub = hub(folder);
                Server nchan = nchan(folder);
                Load toHub = new Load(hub, subscribers);
                Load toNchan = new Load(nchan, subscribers)) {
            for (Load load : List.of(toHub, toNchan)) {
                load.measure(1, warmUp / 2);
                load.measure(16, warmUp / 2);
            }
            Map<String, List<Result>> results = new LinkedHashMap<>();
            for (int round = 0; round < rounds; round++) {
                for (int depth : DEPTHS) {
                    List<Load> turn = round % 2 == 0 ? List.of(toHub, toNchan) : List.of(toNchan, toHub);
                    for (Load load : turn) {
                        results.computeIfAbsent(load.server.name() + " " + depth, _ -> new ArrayList<>())
                                .add(load.measure(depth, seconds));
                    }
                }
            }
            print(subscribers, rounds, results);
        }
    }

    private static void print(int subscribers, int rounds, Map<String, List<Result>> results) {
        System.out.printf("%d subscribers, 64 bytes, median of %d interleaved rounds%n%n", subscribers, rounds);
        System.out.println("| messages at once | hub, µs of CPU per delivery | nchan | ratio | hub, deliveries/s | nchan |");
        System.out.println("|---|---|---|---|---|---|");
        for (int depth : DEPTHS) {
            List<Result> hub = Optional.ofNullable(results.get("hub " + depth)).orElseThrow();
            List<Result> nchan = Optional.ofNullable(results.get("nchan " + depth)).orElseThrow();
            double[] ratios = new double[rounds];
            Arrays.setAll(ratios, i -> nchan.get(i).cpu() / hub.get(i).cpu());
            System.out.printf(
                    "| %d | %.2f | %.2f | %.2f | %,.0f | %,.0f |%n",
                    depth,
                    median(hub.stream().mapToDouble(Result::cpu).toArray()),
                    median(nchan.stream().mapToDouble(Result::cpu).toArray()),
                    median(ratios),
                    median(hub.stream().mapToDouble(Result::rate).toArray()),
                    median(nchan.stream().mapToDouble(Result::rate).toArray()));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static Server hub(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        Process process = new ProcessBuilder(
                        "./ginkgo",
                        "run",
                        "dev.ginkgo.hub.MessageHub",
                        "--set",
                        "http.bind=127.0.0.1:" + port,
                        "--set",
                        "http.loops=1",
                        "--set",
                        "http.max-connections-per-address=20000")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("hub.log").toFile())
                .start();
        return listening(new Server("hub", process, port, ""));
    }

    private static Server nchan(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, """
                load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events { worker_connections 16384; }
                http {
                  access_log off;
                  tcp_nodelay on;
                  keepalive_requests 1000000000;
                  client_body_temp_path %1$s/body;
                  nchan_shared_memory_size 256m;
                  server {
                    listen 127.0.0.1:%2$d;
                    location = /bench {
                      nchan_publisher;
                      nchan_subscriber http-chunked;
                      nchan_channel_id bench;
                      nchan_message_buffer_length 1000;
                      nchan_subscriber_first_message newest;
                    }
                  }
                }
                """.formatted(folder, port));
        Process process = new ProcessBuilder("nginx", "-e", folder.resolve("error.log").toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.log").toFile())
                .start();
        return listening(new Server("nchan", process, port, "TE: chunked\r\n"));
    }

    private static Server listening(Server server) throws IOException, InterruptedException {
        for (int i = 0; i < 300; i++) {
            try (SocketChannel probe =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
                return server;
            } catch (IOException notYet) {
                Thread.sleep(100);
            }
        }
        server.close();
        throw new IOException(server.name() + " does not listen after 30 s");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int number(String[] arguments, int index, int defaultValue) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : defaultValue;
    }
}
