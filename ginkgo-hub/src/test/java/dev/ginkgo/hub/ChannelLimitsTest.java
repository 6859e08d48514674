package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChannelLimitsTest {
    @Test
    @DisplayName(
            "H-29 a client that opens thousands of channels hits max-channels; the cost for other clients stays the same")
    void rejectsChannelsAboveLimit_withoutCostForOtherClients() throws IOException {
        int limit = 100;
        try (TestHub testHub = TestHub.startHub("max-channels = " + limit, "http.loops = 1", "http.heartbeat = '1h'");
                RawHttpClient subscriber = testHub.lines("/mine");
                RawHttpClient publisher = testHub.connect();
                RawHttpClient greedyClient = testHub.connect()) {
            publish(publisher, "/mine");
            subscriber.readTo("7\n");

            // When one client publishes on 2,000 channels and subscribes to 200 more
            int accepted = 0;
            for (int i = 0; i < 2_000; i++) {
                String response = publish(greedyClient, "/greedy/" + i);
                if (response.startsWith("HTTP/1.1 200")) {
                    accepted++;
                } else {
                    assertThat(response).startsWith("HTTP/1.1 429").contains("too-many-channels", "Retry-After: 60");
                }
            }
            long storedBytes = testHub.hub().stats().storedBytes();
            for (int i = 0; i < 200; i++) {
                try (RawHttpClient rawHttpClient = testHub.request("GET /other/" + i)) {
                    assertThat(rawHttpClient.readToEnd())
                            .startsWith("HTTP/1.1 429")
                            .contains("too-many-channels");
                }
            }

            // Then the channel count equals the limit, the stored bytes are unchanged, and a delivery costs the same
            assertThat(accepted).isEqualTo(limit - 1);
            HubStats before = testHub.hub().stats();
            assertThat(before.channels()).isEqualTo(limit);
            assertThat(before.views()).isEqualTo(1);
            assertThat(before.storedBytes()).isEqualTo(storedBytes).isLessThan(64 * 1024);
            for (int i = 0; i < 100; i++) {
                assertThat(publish(publisher, "/mine")).contains("\"receivers\":1");
                subscriber.readTo("7\n");
            }
            HubStats after = testHub.hub().stats();
            assertThat(after.writes() - before.writes()).isEqualTo(100);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(100);
        }
    }

    private static String publish(RawHttpClient client, String channel) throws IOException {
        return client.send("POST " + channel + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7")
                .response();
    }
}
