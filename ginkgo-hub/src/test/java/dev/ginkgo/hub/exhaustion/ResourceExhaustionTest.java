package dev.ginkgo.hub.exhaustion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
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

    private Sample sample() throws IOException {
        return Sample.take(hub, bystander, MESSAGES);
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
        for (int i = 0; i < MAX_SAMPLES && settled.isBusierThan(calm); i++) {
            settled = sample();
        }
        Measurements.record(
                "exhaustion " + name,
                "p99 " + calm.p99Micros() + " us before, " + saturated.p99Micros() + " us while saturated; event loops "
                        + calm.loopMicros() + ", " + saturated.loopMicros() + " and then " + settled.loopMicros()
                        + " us per message");
        assertThat(settled).matches(sample -> !sample.isBusierThan(calm), "at most twice " + calm);
        try (RawHttpClient client = new RawHttpClient(hub.port())) {
            assertThat(client.send("GET /-/health/live" + Attack.HOST + "\r\n").response())
                    .startsWith("HTTP/1.1 2");
        }
    }

    private void saturate(Attack attack) throws IOException {
        attack.saturate(outsider, hub.port());
    }

    @Test
    @DisplayName("H-81 connections: 1,500 connections of one address leave room for others")
    void connections() throws IOException {
        saturate(Attack.CONNECTIONS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 half heads: 900 connections that each send most of a head")
    void halfHeads() throws IOException {
        saturate(Attack.HALF_HEADS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 bytes in flight: 600 connections that each send most of a body of 1 MiB")
    void halfBodies() throws IOException {
        saturate(Attack.HALF_BODIES);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 messages: 300 MiB published on one channel and on many")
    void messages() throws IOException {
        saturate(Attack.MESSAGES);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 channels: messages on 12,000 different channels")
    void channels() throws IOException {
        saturate(Attack.CHANNELS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 patterns: 900 subscribers, each with a long list of patterns of its own")
    void patterns() throws IOException {
        saturate(Attack.PATTERNS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 keys: 12,000 messages with different idempotency keys")
    void idempotencyKeys() throws IOException {
        saturate(Attack.IDEMPOTENCY_KEYS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 pinned bytes: 900 subscribers that read nothing while 100 large messages are published")
    void subscribersThatReadNothing() throws IOException {
        saturate(Attack.SUBSCRIBERS_THAT_READ_NOTHING);
        bystanderIsServed();
    }

    @Test
    @DisplayName(
            "H-81 pinned bytes: 900 subscribers that resume at different large messages, and read a few bytes each")
    void subscribersThatResumeAtDifferentMessages() throws IOException {
        saturate(Attack.SUBSCRIBERS_AT_DIFFERENT_MESSAGES);
        bystanderIsServed();
        outsider.trickle();
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 pipelining: 100 connections that pipeline small requests and read no response")
    void pipelinedRequests() throws IOException {
        saturate(Attack.PIPELINED_REQUESTS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 half frames: 900 WebSocket connections that each send half a frame")
    void halfFrames() throws IOException {
        saturate(Attack.HALF_FRAMES);
        bystanderIsServed();
    }

    @Test
    @DisplayName(
            "H-177 WebSockets: 300 that each open subscriptions, send half a message and read nothing of what is published")
    void webSockets() throws IOException {
        saturate(Attack.WEB_SOCKETS);
        bystanderIsServed();
    }

    @Test
    @DisplayName("H-81 history: 20 clients that poll all channels from the beginning, again and again")
    void pollsOfTheWholeHistory() throws IOException {
        saturate(Attack.POLLS_OF_THE_WHOLE_HISTORY);
        bystanderIsServed();
        for (int round = 0; round < 2; round++) {
            outsider.readAvailable();
            outsider.send(_ -> Attack.pollsOfTheWholeHistory());
            bystanderIsServed();
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
