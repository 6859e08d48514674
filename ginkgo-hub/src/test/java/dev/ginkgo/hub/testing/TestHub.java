package dev.ginkgo.hub.testing;

import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hub for one test that serves HTTP on a free port. */
public final class TestHub implements AutoCloseable {
    private final TestTree<MessageHub> tree;
    private final HttpClient client = HttpClient.newHttpClient();

    private TestHub(TestTree<MessageHub> tree) {
        this.tree = tree;
    }

    public static TestHub start(String... settings) {
        return start(TimeSource.system(), settings);
    }

    /** Starts a hub with settings of the table {@code http}. */
    public static TestHub start(TimeSource timeSource, String... settings) {
        return startWith(timeSource, "[http]\nbind = '127.0.0.1:0'\n" + String.join("\n", settings));
    }

    /** Starts a hub on the given address, with settings of the table {@code http}. */
    public static TestHub withBind(String bind, String... settings) {
        return startWith(TimeSource.system(), "[http]\nbind = '" + bind + "'\n" + String.join("\n", settings));
    }

    /** Starts a hub with settings of the hub itself. */
    public static TestHub startHub(String... settings) {
        return startWith(TimeSource.system(), "http.bind = '127.0.0.1:0'\n" + String.join("\n", settings));
    }

    /** Starts a hub that authenticates its clients, with settings of the hub itself. */
    public static TestHub authenticated(TimeSource timeSource, Authenticator authenticator, String... settings) {
        return authenticated("127.0.0.1:0", timeSource, authenticator, settings);
    }

    /** Starts a hub on the given address that authenticates its clients, with settings of the hub itself. */
    public static TestHub authenticated(
            String bind, TimeSource timeSource, Authenticator authenticator, String... settings) {
        warmUp();
        MessageHub hub = new MessageHub();
        hub.authenticateWith(authenticator);
        return new TestHub(
                TestTree.start(hub, timeSource, "http.bind = '" + bind + "'\n" + String.join("\n", settings)));
    }

    private static TestHub startWith(TimeSource timeSource, String toml) {
        warmUp();
        return new TestHub(TestTree.start(new MessageHub(), timeSource, toml));
    }

    /** Makes the JDK open the socket that it keeps after the first half-close, so that no test counts it as a leak. */
    public static void warmUp() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TestTree<MessageHub> tree() {
        return tree;
    }

    public MessageHub hub() {
        return tree.root();
    }

    public int port() {
        return hub().address().port();
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    public RawHttpClient connect() throws IOException {
        return new RawHttpClient(port());
    }

    /** Connects and sends one request without a body. */
    public RawHttpClient request(String line, String... headers) throws IOException {
        return connect().send(line + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers) + "\r\n");
    }

    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Opens a stream of lines and reads its response head. */
    public RawHttpClient lines(String path) throws IOException {
        RawHttpClient rawHttpClient = request("GET " + path);
        rawHttpClient.head();
        return rawHttpClient;
    }

    /**
     * Reads a stream of lines up to and including a message, over a new connection. The ids of events are replaced by
     * {@code ID}.
     */
    public String readLinesTo(String path, String last, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers) + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            ChunkedInputStream body = new ChunkedInputStream(socket.getInputStream());
            StringBuilder text = new StringBuilder();
            while (!text.toString().endsWith(last + "\n")) {
                int b = body.read();
                if (b < 0) {
                    throw new IOException("the stream ended after: " + text);
                }
                text.append((char) b);
            }
            return text.toString().replaceAll("\"id\":\"[^\"]+\"", "ID");
        }
    }

    /** Fetches {@code /-/metrics} and returns one of its values. */
    public double metric(String name) throws IOException, InterruptedException {
        return metric(get("/-/metrics").body(), name);
    }

    /**
     * Returns one value of a page of metrics.
     *
     * @param name without the prefix {@code ginkgo_hub_}, with its labels
     */
    public static double metric(String page, String name) {
        Matcher line = Pattern.compile("(?m)^ginkgo_hub_" + Pattern.quote(name) + " (\\S+)$")
                .matcher(page);
        if (!line.find()) {
            throw new AssertionError(name + " is not in:\n" + page);
        }
        return Double.parseDouble(line.group(1));
    }

    /** Runs curl and returns its output. */
    public static String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "10"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("curl", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            process.waitFor();
            return Files.readString(out);
        } finally {
            Files.delete(out);
        }
    }

    private static String lines(String... headers) {
        StringBuilder lines = new StringBuilder();
        for (String header : headers) {
            lines.append(header).append("\r\n");
        }
        return lines.toString();
    }

    @Override
    public void close() {
        client.close();
        tree.close();
    }
}
