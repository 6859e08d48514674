package dev.ginkgo.hub.http.h2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttp2Client;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many streams on one connection of HTTP/2. */
class Http2StreamsTest {
    private static final int LARGE_WINDOW = 1 << 30;

    @Test
    @DisplayName("H-98 thousands of streams on one connection receive each message, in few writes")
    void thousandsOfStreams_receiveEachMessage() throws Exception {
        int count = 2_000;
        try (TestHub testHub =
                        TestHub.start("max-streams-per-connection = 3000", "max-connections-per-address = 3000");
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            for (int i = 0; i < count; i++) {
                client.get(2 * i + 1, "/numbers");
            }
            client.windowUpdate(0, LARGE_WINDOW).flush();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> testHub.hub().stats().subscribers() == count);

            // When
            for (int i = 1; i <= 3; i++) {
                testHub.hub().publish("/numbers", "message " + i);
            }

            // Then
            for (int i = 0; i < count; i++) {
                assertThat(client.readTo(2 * i + 1, "message 3\n")).isEqualTo("message 1\nmessage 2\nmessage 3\n");
            }
            assertThat(HubAccess.http(testHub.hub()).connectionCount()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "H-99 a stream whose client does not read holds up no other stream; it continues when the client reads")
    void slowStream_holdsUpNoOther() throws Exception {
        String big = "x".repeat(50_000);
        try (TestHub testHub = TestHub.start();
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.windowUpdate(0, LARGE_WINDOW).get(1, "/slow").get(3, "/fast").flush();
            await().until(() -> testHub.hub().stats().subscribers() == 2);

            // When the window of stream 1 is exhausted, by the second message
            for (int i = 0; i < 10; i++) {
                testHub.hub().publish("/slow", i + big);
            }
            await().until(() -> testHub.hub().stats().pinnedBytes() > 0);

            // Then its messages wait in the log, and stream 3 goes on
            for (int i = 0; i < 100; i++) {
                testHub.hub().publish("/fast", "m" + i);
            }
            client.readTo(3, "m99\n");
            long pinned = testHub.hub().stats().pinnedBytes();
            Measurements.record("a stream of HTTP/2 without window, 10 messages of 50 kB, pending bytes", pinned);
            assertThat(pinned).isLessThan(3 * 50_100);

            // When the client reads, Then it gets all messages
            client.windowUpdate(1, LARGE_WINDOW).flush();
            assertThat(client.readTo(1, "9" + big + "\n")).hasSize(10 * (big.length() + 2));
        }
    }

    @Test
    @DisplayName("H-99 a response that is larger than the window is complete, and ends, when the client has read it")
    void largePoll_isSentAsTheClientReads() throws Exception {
        String big = "x".repeat(300_000);
        try (TestHub testHub = TestHub.start();
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            testHub.hub().publish("/big", big);
            client.windowUpdate(0, LARGE_WINDOW).get(1, "/big?poll=1&since=all").flush();

            // Given the window of the stream is exhausted
            client.readTo(1, "x".repeat(65_000));
            client.get(3, "/-/health/live").flush();
            assertThat(client.status(3)).isEqualTo(200);

            // When
            client.windowUpdate(1, LARGE_WINDOW).flush();

            // Then
            assertThat(client.readToEndOf(1)).contains(big + "\n");
        }
    }

    @Test
    @DisplayName(
            "H-99 a stream that makes no progress for write-timeout is reset; one that reads slowly and the connection stay")
    void stalledStream_isReset() throws Exception {
        FakeClock clock = new FakeClock();
        String big = "x".repeat(50_000);
        try (TestHub testHub = TestHub.start(clock, "heartbeat = '1h'");
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.windowUpdate(0, LARGE_WINDOW)
                    .get(1, "/a")
                    .get(3, "/a")
                    .get(5, "/b")
                    .flush();
            await().until(() -> testHub.hub().stats().subscribers() == 3);
            for (int i = 0; i < 4; i++) {
                testHub.hub().publish("/a", i + big);
            }
            await().until(() -> testHub.hub().stats().pinnedBytes() > 50_000);

            // When one of the two reads a little from time to time, until the hub has looked often enough
            for (int i = 0; i < 8 || (i < 500 && testHub.hub().stats().subscribers() == 3); i++) {
                client.windowUpdate(3, 10).flush();
                client.readTo(3, "x".repeat(15_000 + 10 * i));
                clock.advance(Duration.ofSeconds(2));
            }

            // Then only the other is reset
            assertThat(client.readFrame(RawHttp2Client.RST_STREAM).stream()).isEqualTo(1);
            await().until(() -> testHub.hub().stats().subscribers() == 2);
            testHub.hub().publish("/b", "7");
            client.readTo(5, "7\n");
        }
    }

    @Test
    @DisplayName("H-100 a stop ends each stream with bye and not with a reset, after GOAWAY")
    void stop_endsStreams() throws Exception {
        TestHub testHub = TestHub.start("drain-time = '10ms'");
        try (testHub;
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.get(1, "/numbers").get(3, "/numbers?as=sse").flush();
            await().until(() -> testHub.hub().stats().subscribers() == 2);

            // When
            Thread stop = Thread.ofVirtual().start(() -> testHub.hub().stop());

            // Then
            assertThat(client.readFrame(RawHttp2Client.GOAWAY).error()).isZero();
            assertThat(client.readTo(1, "\"bye\"")).contains("stopping");
            assertThat(client.readTo(3, "event: bye")).contains("start");
            assertThat(client.readToEnd()).isEqualTo(-1);
            stop.join();
        }
    }

    @Test
    @DisplayName("H-101 a WebSocket over HTTP/2 receives messages, gets pongs, and ends with its stream")
    void webSocket_overHttp2() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.frame(
                            RawHttp2Client.HEADERS,
                            RawHttp2Client.END_HEADERS,
                            1,
                            RawHttp2Client.request(
                                    "CONNECT", "/numbers", ":protocol=websocket", "sec-websocket-version=13"))
                    .flush();
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            testHub.hub().publish("/numbers", "seven");
            assertThat(client.readTo(1, "\u0081\u0005seven")).contains("\"start\"");

            // When it sends a ping, Then it gets a pong
            byte[] ping = {(byte) 0x89, (byte) 0x81, 0, 0, 0, 0, 'p'};
            client.frame(RawHttp2Client.DATA, 0, 1, ping).flush();
            client.readTo(1, "\u008a\u0001p");

            // When it closes, Then the hub does, too
            byte[] close = {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xe8};
            client.frame(RawHttp2Client.DATA, 0, 1, close).flush();
            client.readTo(1, new String(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe8}, ISO_8859_1));
            RawHttp2Client.Frame end = client.readFrame(RawHttp2Client.DATA);
            assertThat(end.ends()).isTrue();
            await().until(() -> testHub.hub().stats().subscribers() == 0);
        }
    }

    @Test
    @DisplayName("H-255 a WebSocket over HTTP/2 has the subprotocol and the extension that the hub has accepted")
    void webSocket_namesWhatIsAccepted() throws Exception {
        try (TestHub testHub = TestHub.start("compression = 'all'");
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.frame(
                            RawHttp2Client.HEADERS,
                            RawHttp2Client.END_HEADERS,
                            1,
                            RawHttp2Client.request(
                                    "CONNECT",
                                    "/-/ws",
                                    ":protocol=websocket",
                                    "sec-websocket-version=13",
                                    "sec-websocket-protocol=ginkgo.v1",
                                    "sec-websocket-extensions=permessage-deflate; client_max_window_bits"))
                    .flush();
            assertThat(client.readFrame(RawHttp2Client.HEADERS).text())
                    .contains("ginkgo.v1")
                    .contains("permessage-deflate; server_no_context_takeover; client_no_context_takeover");

            // and it is used
            byte[] subscribe = "{\"request\":1,\"type\":\"subscribe\",\"channels\":\"/c\"}".getBytes(ISO_8859_1);
            byte[] head = {(byte) 0x81, (byte) (0x80 | subscribe.length), 0, 0, 0, 0};
            byte[] frame = Arrays.copyOf(head, head.length + subscribe.length);
            System.arraycopy(subscribe, 0, frame, head.length, subscribe.length);
            client.frame(RawHttp2Client.DATA, 0, 1, frame).flush();
            client.readTo(1, "\"subscribed\"");
            testHub.hub().publish("/c", "0123456789".repeat(100));
            client.readTo(1, "\u00c1"); // a compressed text frame
        }
    }
}
