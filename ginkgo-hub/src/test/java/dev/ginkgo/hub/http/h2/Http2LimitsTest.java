package dev.ginkgo.hub.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.RawHttp2Client;
import dev.ginkgo.hub.testing.RawHttp2Client.Frame;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a client of HTTP/2 can send at little cost to itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2LimitsTest {
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int SMALL_BUFFER = 4096;

    private TestHub testHub = TestHub.startHub("http.enabled = false");

    @BeforeAll
    void start() {
        testHub.close();
        testHub = TestHub.start("max-connections-per-address = 50", "max-streams-per-connection = 40");
    }

    @AfterAll
    void stop() {
        testHub.close();
    }

    private void assertOthersAreServed() throws IOException {
        await().until(() -> HubAccess.http(testHub.hub()).connectionCount() == 0);
        try (RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.get(1, "/-/health/ready").flush();
            client.readTo(1, "ok\n");
        }
        await().until(() -> HubAccess.http(testHub.hub()).connectionCount() == 0);
    }

    /** Sends until the hub closes the connection. */
    private static void flood(RawHttp2Client client, Frames frames) throws IOException {
        try {
            for (int i = 0; i < 20_000; i++) {
                for (int j = 0; j < 200; j++) {
                    frames.add(client, i * 200 + j);
                }
                client.flush();
            }
        } catch (IOException closed) {
            return;
        }
        throw new AssertionError("the hub has received everything");
    }

    private interface Frames {
        void add(RawHttp2Client client, int number);
    }

    @Test
    @DisplayName("H-102 rapid resets close the connection")
    void rapidReset_closesTheConnection() throws Exception {
        try (RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            for (int i = 0; i < 300; i++) {
                client.get(2 * i + 1, "/numbers").reset(2 * i + 1);
            }
            client.flush();
            assertThat(client.readToEnd()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertOthersAreServed();
        assertThat(testHub.hub().stats().subscribers()).isZero();
    }

    @Test
    @DisplayName("H-102 requests that make the hub reset their streams close the connection")
    void madeResets_closeTheConnection() throws Exception {
        try (RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            for (int i = 0; i < 300; i++) {
                client.get(2 * i + 1, "/numbers").windowUpdate(2 * i + 1, 0);
            }
            client.flush();
            assertThat(client.readToEnd()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertOthersAreServed();
    }

    @Test
    @DisplayName("H-102 a head in many CONTINUATION frames, small or too long, closes the connection")
    void continuations_closeTheConnection() throws Exception {
        for (int size : new int[] {1, 16_000}) {
            try (RawHttp2Client client = new RawHttp2Client(testHub.port())) {
                client.frame(RawHttp2Client.HEADERS, 0, 1, RawHttp2Client.request("GET", "/numbers"));
                byte[] part = new byte[size];
                for (int i = 0; i < 100; i++) {
                    client.frame(RawHttp2Client.CONTINUATION, 0, 1, part);
                }
                try {
                    assertThat(client.flush().readToEnd()).isPositive();
                } catch (IOException reset) {
                    assertThat(reset).hasMessageContaining("reset");
                }
            }
        }
        assertOthersAreServed();
    }

    @Test
    @DisplayName("H-102 floods of PING and SETTINGS whose answers are not read close the connection")
    void floods_closeTheConnection() throws Exception {
        try (RawHttp2Client client = new RawHttp2Client(testHub.port(), SMALL_BUFFER)) {
            flood(client, (to, number) -> to.frame(RawHttp2Client.PING, 0, 0, new byte[8]));
        }
        try (RawHttp2Client client = new RawHttp2Client(testHub.port(), SMALL_BUFFER)) {
            flood(client, (to, number) -> to.frame(RawHttp2Client.SETTINGS, 0, 0));
        }
        assertOthersAreServed();
    }

    @Test
    @DisplayName("H-102 empty DATA frames close the connection")
    void emptyData_closesTheConnection() throws Exception {
        try (RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.frame(
                    RawHttp2Client.HEADERS, RawHttp2Client.END_HEADERS, 1, RawHttp2Client.request("POST", "/numbers"));
            for (int i = 0; i < 100; i++) {
                client.frame(RawHttp2Client.DATA, 0, 1);
            }
            assertThat(client.flush().readToEnd()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertOthersAreServed();
    }

    @Test
    @DisplayName(
            "H-103 streams count as connections: beyond the limit of an address they get a 429, of a connection they are refused")
    void streams_countTowardsTheLimits() throws Exception {
        try (RawHttp2Client first = new RawHttp2Client(testHub.port());
                RawHttp2Client second = new RawHttp2Client(testHub.port())) {
            for (int i = 0; i < 40; i++) {
                first.get(2 * i + 1, "/numbers");
            }
            first.flush();
            await().until(() -> testHub.hub().stats().subscribers() == 40);

            // When one more is opened on the connection
            first.get(81, "/numbers").flush();

            // Then
            Frame refused = first.readFrame(RawHttp2Client.RST_STREAM);
            assertThat(refused.stream()).isEqualTo(81);
            assertThat(refused.error()).isEqualTo(REFUSED_STREAM);

            // When eight more are opened on another, Then the address has 42 streams and two connections short of 50
            for (int i = 0; i < 9; i++) {
                second.get(2 * i + 1, "/numbers");
            }
            second.flush();
            assertThat(second.readTo(17, "}")).contains("too-many-from-address");
            await().until(() -> testHub.hub().stats().subscribers() == 48);
        }
        await().until(() -> testHub.hub().stats().subscribers() == 0);
        assertOthersAreServed();
    }

    @Test
    @DisplayName("H-104 a request that is not complete within request-timeout gets a 408, an idle connection a GOAWAY")
    void deadlines_areKept() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub hub = TestHub.start(clock);
                RawHttp2Client client = new RawHttp2Client(hub.port());
                RawHttp2Client partial = new RawHttp2Client(hub.port())) {
            client.frame(
                            RawHttp2Client.HEADERS,
                            RawHttp2Client.END_HEADERS,
                            1,
                            RawHttp2Client.request("POST", "/numbers"))
                    .frame(RawHttp2Client.DATA, 0, 1, new byte[] {'7'})
                    .flush();
            partial.readFrame(RawHttp2Client.SETTINGS);
            client.frame(RawHttp2Client.PING, 0, 0, new byte[8]).flush().readFrame(RawHttp2Client.PING);
            clock.advance(Duration.ofSeconds(11));
            assertThat(client.readTo(1, "}")).contains("request-timeout");
            assertThat(client.readFrame(RawHttp2Client.RST_STREAM).error()).isZero();

            // When nothing more is sent
            await().until(() -> {
                clock.advance(Duration.ofSeconds(61));
                return HubAccess.http(hub.hub()).connectionCount() == 0;
            });

            // Then
            assertThat(client.readToEnd()).isZero();
            assertThat(partial.readToEnd()).isZero();
        }
    }
}
