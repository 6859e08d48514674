package dev.ginkgo.hub.exhaustion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each test lets one outsider use up one resource of a hub with 128 MiB of heap and default settings, while a publisher
 * and a subscriber at another address go on. All share one hub, whose process ends if it runs out of heap; each outsider
 * has an address of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResourceExhaustionTest {
    private static final int MESSAGES = 200;
    private static final int MAX_SAMPLES = 50;

    /** Processor time of what the event loops do once a second for each connection, as a share of one message. */
    private static final int PERIODIC_MICROS = 100;

    private static final int LARGE = 1 << 20;
    private static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";

    private SmallHub hub;
    private int tests;
    private Outsider outsider;
    private Bystander bystander;
    private String name;
    private Sample calm;

    @BeforeAll
    void startHub(@TempDir Path folder) throws IOException {
        hub = SmallHub.start(folder);
    }

    @AfterAll
    void stopHub() {
        String output = hub.output();
        hub.close();
        assertThat(output).doesNotContain("OutOfMemory", "OutOfDirectMemory", "Exception");
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        name = test.getTestMethod().orElseThrow().getName();
        tests++;
        outsider = new Outsider(hub.port(), InetAddress.ofLiteral("127.0.0." + (1 + tests)));
        bystander = new Bystander(hub.port());
        bystander.p99Micros(MESSAGES); // compiles the code
        calm = sample();
    }

    /**
     * What a message of the bystander takes.
     *
     * @param p99Micros time from its request to its delivery, which depends on what else the machine does
     * @param loopMicros processor time of the event loops, in the mean
     */
    private record Sample(long p99Micros, long loopMicros) {}

    private Sample sample() throws IOException {
        long before = hub.cpuNanos();
        long p99Micros = bystander.p99Micros(MESSAGES);
        return new Sample(p99Micros, (hub.cpuNanos() - before) / 1_000 / MESSAGES);
    }

    @AfterEach
    void disconnect() throws IOException {
        outsider.close();
        bystander.close();
    }

    /**
     * Sends the bystander's messages while the outsider has saturated the hub, and checks that nothing broke. When the hub
     * has processed what it has accepted from the outsider, a message costs the event loops no more than twice what it did
     * before. Unlike the latency, which is recorded, that does not depend on what else the machine does.
     */
    private void bystanderIsServed() throws IOException {
        Sample saturated = sample();
        Sample settled = saturated;
        for (int i = 0; i < MAX_SAMPLES && settled.loopMicros > mostLoopMicros(); i++) {
            settled = sample();
        }
        Measurements.record(
                "exhaustion " + name,
                "p99 " + calm.p99Micros + " us before, " + saturated.p99Micros + " us while saturated; event loops "
                        + calm.loopMicros + ", " + saturated.loopMicros + " and then " + settled.loopMicros
                        + " us per message");
        assertThat(settled.loopMicros).isLessThanOrEqualTo(mostLoopMicros());
        try (RawHttpClient client = new RawHttpClient(hub.port())) {
            assertThat(client.send("GET /-/health/live" + HOST + "\r\n").response())
                    .startsWith("HTTP/1.1 2");
        }
    }

    private long mostLoopMicros() {
        return 2 * calm.loopMicros + PERIODIC_MICROS;
    }

    private static String post(String path, String body, String... headers) {
        return "POST " + path + HOST + String.join("", headers) + "Content-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    /** Publishes over one connection, some requests at a time, and returns the responses. */
    private List<String> publishAll(int count, int atATime, IntFunction<String> request) throws IOException {
        List<String> responses = new ArrayList<>();
        try (RawHttpClient client = new RawHttpClient(hub.port())) {
            for (int from = 0; from < count; from += atATime) {
                StringBuilder batch = new StringBuilder();
                for (int i = from; i < from + atATime; i++) {
                    batch.append(request.apply(i));
                }
                client.send(batch.toString());
                for (int i = 0; i < atATime; i++) {
                    responses.add(client.response());
                }
            }
        }
        return responses;
    }

    private static String id(String response) {
        return response.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
    }

    @Test
    @DisplayName("H-81 connections: 1,500 connections of one address leave room for others")
    void connections() throws IOException {
        outsider.connect(1_500).send(_ -> "GET /x" + HOST);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 half heads: 900 connections that each send most of a head")
    void halfHeads() throws IOException {
        outsider.connect(900).send(_ -> "GET /x" + HOST + "X-Filler: " + "x".repeat(7_000));
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 bytes in flight: 600 connections that each send most of a body of 1 MiB")
    void halfBodies() throws IOException {
        String most = "POST /x" + HOST + "Content-Length: " + LARGE + "\r\n\r\n" + "x".repeat(LARGE - 1);
        outsider.connect(600).send(_ -> most);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 messages: 300 MiB published on one channel and on many")
    void messages() throws IOException {
        String large = "x".repeat(LARGE - 1);
        publishAll(300, 1, i -> post(i % 2 == 0 ? "/one" : "/many/" + i, large));
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 channels: messages on 12,000 different channels")
    void channels() throws IOException {
        publishAll(12_000, 100, i -> post("/channel/" + i, "x"));
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 patterns: 900 subscribers, each with a long list of patterns of its own")
    void patterns() throws IOException {
        outsider.connect(900)
                .send(i -> "GET "
                        + String.join(",", Collections.nCopies(8, "/p" + i + "/*".repeat(60)))
                                .replaceAll("/\\*,/p(\\d+)", "/*,/q$1")
                        + HOST + "\r\n");
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 keys: 12,000 messages with different idempotency keys")
    void idempotencyKeys() throws IOException {
        publishAll(12_000, 100, i -> post("/keys", "x", "Idempotency-Key: " + "k".repeat(50) + i + "\r\n"));
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 pinned bytes: 900 subscribers that read nothing while 100 large messages are published")
    void subscribersThatReadNothing() throws IOException {
        outsider.connect(900).send(_ -> "GET /large" + HOST + "\r\n");
        publishAll(100, 1, i -> post("/large", "x".repeat(400_000) + i));
        bystanderIsServed();
    }

    @Test
    @DisplayName(
            "H-81 pinned bytes: 900 subscribers that resume at different large messages, and read a few bytes each")
    void subscribersThatResumeAtDifferentMessages() throws IOException {
        List<String> published = publishAll(100, 1, i -> post("/large", "x".repeat(400_000) + i));
        outsider.connect(900).send(i -> "GET /large?since=" + id(published.get(i % 100)) + HOST + "\r\n");
        outsider.trickle();
        bystanderIsServed();
        outsider.trickle();
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 pipelining: 100 connections that pipeline small requests and read no response")
    void pipelinedRequests() throws IOException {
        String requests = post("/x", "y").repeat(20_000);
        outsider.connect(100).send(_ -> requests);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 half frames: 900 WebSocket connections that each send half a frame")
    void halfFrames() throws IOException {
        String handshake = "GET /x" + HOST + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        outsider.connect(900).send(_ -> handshake);
        String half = "\u0082\u00fe\u00ff\u00ff\1\2\3\4" + "x".repeat(60_000);
        outsider.send(_ -> half);
        bystanderIsServed();
    }

    @Test
    @DisplayName(
            "H-177 WebSockets: 300 that each open subscriptions, send half a message and read nothing of what is published")
    void webSockets() throws IOException {
        String handshake = "GET /-/ws" + HOST + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Protocol: ginkgo.v1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n\r\n";
        assertThat(outsider.connect(300).send(_ -> handshake)).isEqualTo(300);
        outsider.awaitInput();
        double others = subscribers();
        outsider.send(i -> subscribe("/large")
                + subscribe("/large,/" + i)
                + subscribe("/a" + i)
                + subscribe("/b" + i)
                + subscribe("/c" + i));
        await().atMost(ExternalProcess.TIMEOUT)
                .untilAsserted(() -> assertThat(subscribers() - others).isEqualTo(1_000)); // the limit of an address
        publishAll(50, 1, i -> post("/large", "x".repeat(400_000) + i));
        // the first part of a frame of 2,000,000 bytes, whose mask is zero
        String half = "\u0081\u00ff\0\0\0\0\0\u001e\u0084\u0080\0\0\0\0" + "x".repeat(300_000);
        outsider.send(_ -> half);
        bystanderIsServed();
    }

    private double subscribers() throws IOException {
        try (RawHttpClient client = new RawHttpClient(hub.port())) {
            return TestHub.metric(client.send("GET /-/metrics" + HOST + "\r\n").response(), "subscribers");
        }
    }

    private static String subscribe(String channels) {
        String request = "{\"type\":\"subscribe\",\"request\":1,\"channels\":\"" + channels + "\",\"since\":\"all\"}";
        return "\u0081" + (char) (0x80 | request.length()) + "\0\0\0\0" + request;
    }

    @Test
    @DisplayName("H-81 history: 20 clients that poll all channels from the beginning, again and again")
    void pollsOfTheWholeHistory() throws IOException {
        publishAll(12_000, 100, i -> post("/channel/" + i % 9_000, "x".repeat(500)));
        outsider.connect(20);
        for (int round = 0; round < 3; round++) {
            outsider.send(_ -> ("GET /%3E?poll=1&wait=0s&since=all" + HOST + "\r\n").repeat(3));
            bystanderIsServed();
            outsider.readAvailable();
        }
    }

    @Test
    @DisplayName("H-81 log lines: 5,000 bad requests cause fewer than a hundred lines in the log")
    void logLines() throws IOException {
        for (int round = 0; round < 5; round++) {
            outsider.connect(1_000).send(_ -> "nonsense\r\n\r\n");
            outsider.close();
        }
        bystanderIsServed();
        assertThat(hub.output().lines().count()).isLessThan(100);
    }
}
