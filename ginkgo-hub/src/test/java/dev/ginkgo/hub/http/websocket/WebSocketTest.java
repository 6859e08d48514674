package dev.ginkgo.hub.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WebSocketTest {
    /** Listener that records what a WebSocket of the JDK receives, as text. */
    private static final class RecordingListener implements WebSocket.Listener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            events.add("text " + data);
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            events.add("binary " + data.remaining());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            events.add("pong " + data.remaining());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("close " + code + " " + reason);
            return null;
        }

        String next() throws InterruptedException {
            String event = events.poll(5, TimeUnit.SECONDS);
            return event == null ? "nothing" : event;
        }

        /** Returns the next event, and skips the start event. */
        String nextAfterStart() throws InterruptedException {
            String event = next();
            return event.contains("\"event\":\"start\"") ? next() : event;
        }
    }

    private static WebSocket open(HttpClient client, TestHub testHub, RecordingListener listener) {
        return client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + testHub.port() + "/x"), listener)
                .join();
    }

    @Test
    @DisplayName("a WebSocket receives text as text and bytes as binary, and its pings and its close are answered")
    void webSocket_receivesMessagesPongAndClose() throws Exception {
        RecordingListener listener = new RecordingListener();
        try (TestHub testHub = TestHub.start();
                HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = open(client, testHub, listener);
            await().until(() -> testHub.hub().stats().subscribers() == 1);

            testHub.post("/x", "hello");
            assertThat(listener.nextAfterStart()).isEqualTo("text hello");
            testHub.post("/x", "abc", "Content-Type", "application/octet-stream");
            assertThat(listener.next()).isEqualTo("binary 3");
            socket.sendPing(ByteBuffer.wrap(new byte[5])).join();
            assertThat(listener.next()).isEqualTo("pong 5");

            // When
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "enough").join();

            // Then
            assertThat(listener.next()).isEqualTo("close 1000 ");
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> testHub.hub().stats().subscribers() == 0);
        }
    }

    @Test
    @DisplayName("a message sent on a WebSocket closes it with 1003, and the reason says how to publish")
    void messageOnWebSocket_closesIt() throws Exception {
        RecordingListener listener = new RecordingListener();
        try (TestHub testHub = TestHub.start();
                HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = open(client, testHub, listener);
            socket.sendText("publish me", true).join();
            assertThat(listener.nextAfterStart())
                    .isEqualTo("close 1003 this WebSocket only subscribes; publish by POST");
            assertThat(testHub.hub().stats().published()).isZero();
        }
    }

    @Test
    @DisplayName("H-02 a WebSocket whose client resets the connection is removed at once")
    void resetWebSocket_isRemoved() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient socket = opened(testHub)) {
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            socket.reset();
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> testHub.hub().stats().subscribers() == 0);
        }
    }

    @Test
    @DisplayName("a malformed frame, or one that is too long, closes the WebSocket with the respective code")
    void malformedFrame_closesWebSocket() throws IOException {
        byte[][] frames = {
            {(byte) 0x81, 1, 'x'}, // not masked
            {(byte) 0xF1, (byte) 0x80, 0, 0, 0, 0}, // reserved bits
            {(byte) 0x82, (byte) 0xFE, 0x40, 0, 0, 0, 0, 0}, // 16 KiB
        };
        int[] codes = {1002, 1002, 1009};
        try (TestHub testHub = TestHub.start()) {
            for (int i = 0; i < frames.length; i++) {
                try (RawHttpClient socket = opened(testHub)) {
                    socket.send(frames[i]);
                    String rest = socket.readToEnd();
                    int close = rest.indexOf(0x88);
                    assertThat(close).as("a close frame in \"%s\"", rest).isNotNegative();
                    assertThat(rest.charAt(close + 2) << 8 | rest.charAt(close + 3))
                            .isEqualTo(codes[i]);
                }
            }
        }
    }

    @Test
    @DisplayName("an invalid opening handshake is rejected with an HTTP error")
    void invalidHandshake_isRejected() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            try (RawHttpClient old = testHub.request(
                    "GET /x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 8")) {
                assertThat(old.response()).startsWith("HTTP/1.1 426").contains("Sec-WebSocket-Version: 13");
            }
            try (RawHttpClient keyless = testHub.request(
                    "GET /x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")) {
                assertThat(keyless.response()).startsWith("HTTP/1.1 400").contains("Sec-WebSocket-Key");
            }
            try (RawHttpClient foreign = testHub.request(
                    "GET /x", "Upgrade: websocket", "Connection: Upgrade", "Origin: https://evil.example")) {
                assertThat(foreign.response()).startsWith("HTTP/1.1 403");
            }
        }
    }

    private static RawHttpClient opened(TestHub testHub) throws IOException {
        RawHttpClient socket = testHub.request(
                "GET /x",
                "Upgrade: websocket",
                "Connection: keep-alive, Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(socket.head())
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        return socket;
    }
}
