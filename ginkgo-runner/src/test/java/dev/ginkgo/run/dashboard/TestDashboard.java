package dev.ginkgo.run.dashboard;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A program with two services, and its dashboard on a free port. */
final class TestDashboard implements AutoCloseable {
    /** Program with a setting, a secret, and a worker. */
    static final class Program extends Service {
        final Setting<Integer> size = setting("size", 5).between(1, 100).help("Number of things");
        final Setting<Integer> lanes = setting("lanes", 2).restartRequired().help("Number of lanes");
        final Setting<Secret> key = setting("key", Secret.of("")).help("A key");
        final Worker worker;

        Program(Supervision supervision) {
            worker = add("worker", new Worker(), supervision);
        }
    }

    /** Worker with a task that waits, and fails on request. */
    static final class Worker extends Service {
        private volatile CountDownLatch failing = new CountDownLatch(1);

        @Override
        protected void onStart() {
            failing = new CountDownLatch(1);
            spawn("wait", this::waitForFailure);
        }

        private void waitForFailure() throws InterruptedException {
            failing.await();
            throw new IllegalStateException("the number server does not answer");
        }

        void fail() {
            failing.countDown();
        }
    }

    final Program program;
    final Ginkgo tree;
    final DashboardServer server;
    final Path file;
    private final LogBuffer logBuffer = LogBuffer.attach();
    private final Ginkgo dashboard;
    private final HttpClient client = HttpClient.newHttpClient();

    TestDashboard(Path folder, Supervision supervision) throws IOException {
        file = Files.writeString(folder.resolve("program.toml"), """
                size = 7
                key = "a very secret key"
                [ginkgo]
                fixed-change = "defer"
                """);
        program = new Program(supervision);
        tree = Ginkgo.of(program)
                .name("program")
                .configuration(Configuration.empty().file(file))
                .start();
        AtomicReference<@Nullable Ginkgo> running = new AtomicReference<>(tree);
        server = new DashboardServer(
                Address.of("127.0.0.1:0"),
                new DashboardTarget(
                        program,
                        () -> Optional.ofNullable(running.get()),
                        () -> CompletableFuture.supplyAsync(tree::reload),
                        file.toString()),
                logBuffer);
        dashboard = Ginkgo.of(server).name("dashboard").start();
    }

    static Supervision restarting() {
        return Supervision.restart().backoff(Duration.ofHours(1), Duration.ofHours(1));
    }

    String url(String path) {
        return "http://" + server.address() + path;
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(path)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url(path))).POST(HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends a request, and returns the first line of the response. */
    String status(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine());
        }
    }

    /** Opens a stream, and returns its first sample. */
    String sample(String path) throws IOException {
        try (Stream stream = new Stream(path)) {
            return stream.next();
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.address().port());
    }

    /** Open stream of samples. */
    final class Stream implements AutoCloseable {
        private final Socket socket = connect();
        private final BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));

        Stream(String path) throws IOException {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }

        /** Waits for the next sample. */
        String next() throws IOException {
            while (true) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException("the stream has ended");
                }
                if (line.startsWith("data: ")) {
                    return line;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() {
        client.close();
        dashboard.close();
        tree.close();
        logBuffer.stop();
    }
}
