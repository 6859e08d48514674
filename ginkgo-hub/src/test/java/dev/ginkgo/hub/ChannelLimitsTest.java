package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChannelLimitsTest {
    @Test
    @DisplayName("H-29 a stranger who opens thousands of channels meets a limit; others are served at the same cost")
    void thousandsOfChannels() throws IOException {
        int limit = 100;
        try (TestHub testHub = TestHub.startHub("max-channels = " + limit, "http.loops = 1", "http.heartbeat = '1h'");
                RawHttpClient reader = testHub.lines("/mine");
                RawHttpClient publisher = testHub.connect();
                RawHttpClient stranger = testHub.connect()) {
            publish(publisher, "/mine");
            reader.readTo("7\n");

            // When a stranger publishes on 2,000 channels, and wants to read as many
            int taken = 0;
            for (int i = 0; i < 2_000; i++) {
                String answer = publish(stranger, "/stranger/" + i);
                if (answer.startsWith("HTTP/1.1 200")) {
                    taken++;
                } else {
                    assertThat(answer).startsWith("HTTP/1.1 429").contains("too-many-channels", "Retry-After: 60");
                }
            }
            long held = testHub.hub().stats().storedBytes();
            for (int i = 0; i < 200; i++) {
                try (RawHttpClient rawHttpClient = testHub.request("GET /reader/" + i)) {
                    assertThat(rawHttpClient.readToEnd())
                            .startsWith("HTTP/1.1 429")
                            .contains("too-many-channels");
                }
            }

            // Then there are as many as there may be, what is held is no more, and a delivery costs what it did
            assertThat(taken).isEqualTo(limit - 1);
            HubStats before = testHub.hub().stats();
            assertThat(before.channels()).isEqualTo(limit);
            assertThat(before.views()).isEqualTo(1);
            assertThat(before.storedBytes()).isEqualTo(held).isLessThan(64 * 1024);
            for (int i = 0; i < 100; i++) {
                assertThat(publish(publisher, "/mine")).contains("\"receivers\":1");
                reader.readTo("7\n");
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
