package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the hub does for its connections applies to streams whose sockets have been adopted. */
class AdoptedStreamsTest {
    private static long adopted(TestHub testHub) {
        return HubAccess.http(testHub.hub()).openStreams().stream()
                .filter(each -> !(each.connection() instanceof ChannelConnection))
                .count();
    }

    private static RawHttpClient subscribe(TestHub testHub, String path) throws Exception {
        RawHttpClient client = testHub.request("GET " + path);
        assertThat(client.head()).startsWith("HTTP/1.1 200");
        return client;
    }

    /** Waits until all streams are adopted: a message is needed if the sender was not ready when they began. */
    private static void awaitAdopted(TestHub testHub, int streams) {
        await().until(() -> {
            testHub.hub().publish("/x", "message");
            return adopted(testHub) == streams;
        });
    }

    @Test
    @DisplayName(
            "H-335 the limit per address counts adopted connections, and each once, however often they come and go")
    void limitPerAddress() throws Exception {
        try (TestHub testHub = TestHub.start("max-connections-per-address = 3", "loops = 1", "heartbeat = '1h'")) {
            for (int round = 0; round < 10; round++) {
                List<RawHttpClient> clients = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    clients.add(subscribe(testHub, i == 0 ? "/>" : "/x"));
                }
                awaitAdopted(testHub, 3);
                assertThat(HubAccess.http(testHub.hub()).connectionCount()).isEqualTo(3);
                try (RawHttpClient rejected = testHub.request("GET /x")) {
                    assertThat(rejected.head()).startsWith("HTTP/1.1 429");
                }
                for (RawHttpClient each : clients) {
                    if (round % 2 == 0) {
                        each.reset();
                    } else {
                        each.close();
                    }
                }
                await().until(() -> HubAccess.http(testHub.hub()).connectionCount() == 0);
                assertThat(testHub.hub().stats().subscribers()).isZero();
                assertThat(HubAccess.http(testHub.hub()).openStreams()).isEmpty();
            }
            assertThat(testHub.metric("disconnects_total{reason=\"client\"}")).isGreaterThanOrEqualTo(30);
        }
    }

    @Test
    @DisplayName(
            "H-335 adopted connections are listed with their address, get heartbeats, and end with bye at a shutdown")
    void operation() throws Exception {
        List<RawHttpClient> clients = new ArrayList<>();
        try (TestHub testHub = TestHub.start("loops = 2", "heartbeat = '1h'")) {
            for (String format : List.of("lines", "sse", "ndjson")) {
                clients.add(subscribe(testHub, "/x?as=" + format));
            }
            awaitAdopted(testHub, 3);

            // The list of connections
            String connections = testHub.get("/-/connections").body();
            for (RawHttpClient each : clients) {
                assertThat(connections).contains("127.0.0.1:" + each.localPort());
            }

            // A heartbeat
            testHub.hub().publish("/x", "before the heartbeat");
            for (RawHttpClient each : clients) {
                each.readTo("before the heartbeat");
            }
            await().until(() -> {
                HubAccess.streams(testHub.hub()).heartbeat(Duration.ZERO);
                return clients.getFirst().hasInput();
            });
            assertThat(clients.getFirst().readTo("\r\n1\r\n\n\r\n")).isNotEmpty();

            // A shutdown
            testHub.hub().publish("/x", "final message");
            testHub.tree().ginkgo().stop();
            for (RawHttpClient each : clients) {
                assertThat(each.readToEnd()).contains("final message", "bye").endsWith("0\r\n\r\n");
                each.close();
            }
        }
    }
}
