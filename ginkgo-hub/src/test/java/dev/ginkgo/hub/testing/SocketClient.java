package dev.ginkgo.hub.testing;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** WebSocket of the JDK with the subprotocol {@code ginkgo.v1} that stores the objects it receives. */
public final class SocketClient implements WebSocket.Listener, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private volatile @Nullable String closed;
    private final WebSocket socket;

    private SocketClient(URI uri, String... headers) {
        WebSocket.Builder builder = client.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        socket = builder.subprotocols("ginkgo.v1").buildAsync(uri, this).join();
    }

    /** Connects to a hub on this machine. */
    public static SocketClient connect(MessageHub hub) {
        return connect(hub.address());
    }

    /** Connects to a hub on this machine with a token. */
    public static SocketClient connect(MessageHub hub, String token) {
        return new SocketClient(URI.create("ws://" + hub.address() + "/-/ws"), "Authorization", "Bearer " + token);
    }

    /** Connects to an address. */
    public static SocketClient connect(Address address) {
        return new SocketClient(URI.create("ws://" + address + "/-/ws"));
    }

    /** Returns the subprotocol that the hub has chosen. */
    public String subprotocol() {
        return socket.getSubprotocol();
    }

    /** Sends a text frame; single quotes stand for double ones. */
    public SocketClient send(String text) {
        socket.sendText(text.replace('\'', '"'), true).join();
        return this;
    }

    /** Sends a part of a text message as it is. */
    public SocketClient sendPart(String text, boolean last) {
        socket.sendText(text, last).join();
        return this;
    }

    public SocketClient sendBinary(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
        return this;
    }

    /** Sends a request, and returns the response to it: the next object with its number. */
    public String request(int number, String members) {
        send("{'request':" + number + "," + members + "}");
        await("request " + number)
                .atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> response(number) != null || closed != null);
        String response = response(number);
        if (response == null) {
            throw new AssertionError("closed before the response to request " + number + ": " + closed);
        }
        return response;
    }

    private @Nullable String response(int number) {
        return received.stream()
                .filter(each ->
                        each.contains("\"request\":" + number + ",") || each.contains("\"request\":" + number + "}"))
                .findFirst()
                .orElse(null);
    }

    /** Returns the objects received so far, with single quotes, and {@code ID} in place of each message id. */
    public List<String> received() {
        return received.stream().map(SocketClient::mask).toList();
    }

    /** Returns the objects received so far that have a type. */
    public List<String> received(String type) {
        return received().stream()
                .filter(each -> each.startsWith("{'type':'" + type + "'"))
                .toList();
    }

    /** Returns the objects received so far as they are. */
    public List<String> raw() {
        return List.copyOf(received);
    }

    /** Replaces the quotes and the message id of an object. */
    public static String mask(String object) {
        return object.replaceAll("\"id\":\"[^\"]+\"", "\"id\":ID").replace('"', '\'');
    }

    /** Waits until the hub has closed the connection, and returns the code and the reason. */
    public String awaitClosed() {
        return await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(5)).until(() -> closed, reason -> reason != null);
    }

    public boolean isClosed() {
        return closed != null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket sender, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            received.add(partial.toString());
            partial.setLength(0);
        }
        sender.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket sender, int code, String reason) {
        closed = code + " " + reason;
        return null;
    }

    @Override
    public void onError(WebSocket sender, Throwable error) {
        closed = "error " + error;
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }
}
