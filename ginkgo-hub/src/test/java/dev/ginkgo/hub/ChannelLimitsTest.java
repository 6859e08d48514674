package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChannelLimitsTest {
    @Test
    @DisplayName(
            "H-32 a client that publishes on thousands of channels locks out no other client, and removes no channel"
                    + " in use")
    void removesLeastRecentlyUsedChannel() throws Exception {
        int limit = 100;
        try (TestHub testHub = TestHub.startHub("max-channels = " + limit, "http.loops = 1", "http.heartbeat = '1h'");
                RawHttpClient subscriber = testHub.lines("/mine");
                RawHttpClient publisher = testHub.connect();
                RawHttpClient greedyClient = testHub.connect()) {
            publish(publisher, "/mine");
            subscriber.readTo("7\n");
            String id = testHub.hub().publish("/busy", "first").id();

            // When one client publishes on 2,000 channels, and another one on the same channel from time to time
            for (int i = 0; i < 2_000; i++) {
                assertThat(publish(greedyClient, "/greedy/" + i)).startsWith("HTTP/1.1 200");
                if (i % (limit / 4) == 0) {
                    testHub.hub().publish("/busy", "next");
                }
            }

            // Then the number of channels is within the limit, new channels are accepted, and those in use are kept
            HubStats before = testHub.hub().stats();
            assertThat(before.channels()).isEqualTo(limit);
            assertThat(before.storedBytes()).isLessThan(64 * 1024);
            assertThat(publish(publisher, "/new")).startsWith("HTTP/1.1 200");
            assertThat(testHub.get("/mine?poll=1&since=all&wait=0s").body()).contains("7");
            assertThat(testHub.get("/busy?poll=1&since=" + id).body()).contains("\"recovered\":true", "next");
            assertThat(testHub.get("/greedy/0?poll=1&since=" + id + "&wait=0s").body())
                    .contains("\"recovered\":false");

            // and a delivery costs the same
            before = testHub.hub().stats();
            for (int i = 0; i < 100; i++) {
                assertThat(publish(publisher, "/mine")).contains("\"receivers\":1");
                subscriber.readTo("7\n");
            }
            HubStats after = testHub.hub().stats();
            assertThat(after.writes() - before.writes()).isEqualTo(100);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(100);
        }
    }

    @Test
    @DisplayName("H-55 channels that a client publishes on over HTTP count towards the share of its address")
    void greedyAddress_losesItsOwnChannels() throws Exception {
        InetAddress otherAddress = InetAddress.getByName("127.0.0.2");
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(otherAddress, 0));
        } catch (BindException e) {
            abort("this machine has no second loopback address");
        }
        int limit = 100;
        try (TestHub testHub = TestHub.startHub("max-channels = " + limit, "http.loops = 1");
                RawHttpClient other = testHub.connect();
                RawHttpClient greedyClient = new RawHttpClient(testHub.port(), otherAddress)) {
            for (int i = 0; i < 10; i++) {
                publish(other, "/other/" + i);
            }
            for (int i = 0; i < 3 * limit; i++) {
                assertThat(publish(greedyClient, "/greedy/" + i)).startsWith("HTTP/1.1 200");
            }
            publish(other, "/other/new");
            assertThat(testHub.get("/other/*?poll=1&since=all&wait=0s&as=ndjson")
                            .body()
                            .split("\"channel\":\"/other/"))
                    .hasSize(1 + 11);
        }
    }

    @Test
    @DisplayName("H-29 if all channels have subscribers, a new one is answered with 429")
    void rejectsChannelsAboveLimit() throws Exception {
        try (TestHub testHub = TestHub.startHub("max-channels = 2");
                Subscription first = testHub.hub().subscribe("/a");
                RawHttpClient client = testHub.connect()) {
            assertThat(first).isNotNull();
            Subscription second = testHub.hub().subscribe("/b");
            assertThat(publish(client, "/c"))
                    .startsWith("HTTP/1.1 429")
                    .contains("too-many-channels", "Retry-After: 60", "all channels have subscribers");
            second.close();
            assertThat(publish(client, "/c")).startsWith("HTTP/1.1 200");
        }
    }

    private static String publish(RawHttpClient client, String channel) throws IOException {
        return client.send("POST " + channel + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7")
                .response();
    }
}
