package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.SocketWriteCounter;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a publish and a delivery cost: every write to every socket of a front, whatever it is for. */
class SocketWriteCountTest {
    private static final String POST = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7";

    @Test
    @DisplayName("H-25 the answer to a POST is one write, and so are the answers to sixteen that came together")
    void answers() throws IOException {
        for (String transport : new String[] {"epoll", "nio"}) {
            try (TestHub testHub = TestHub.start("loops = 1", "transport = '" + transport + "'", "heartbeat = '1h'");
                    RawHttpClient publisher = testHub.connect()) {
                publisher.send(POST).response();
                SocketWriteCounter sockets = SocketWriteCounter.of(testHub);

                // When they come one after another
                for (int i = 0; i < 1_000; i++) {
                    publisher.send(POST).response();
                }

                // Then each is one write
                assertThat(sockets.count()).as(transport).isEqualTo(1_000);

                // When sixteen come together, then they are one
                publisher.send(POST.repeat(16));
                for (int i = 0; i < 16; i++) {
                    assertThat(publisher.response()).startsWith("HTTP/1.1 200");
                }
                assertThat(sockets.count()).as(transport).isEqualTo(1_001);
            }
        }
    }

    @Test
    @DisplayName(
            "H-01 a message is one write for each reader that waits for it, in whatever form, one wake-up, and none for others")
    void deliveries() throws Exception {
        int messages = 50;
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                ClientGroup readers = ClientGroup.ofSubscribers(99, testHub, "/x");
                ClientGroup others = ClientGroup.ofSubscribers(99, testHub, "/y");
                RawHttpClient idle = testHub.request("GET /-/health/live")) {
            assertThat(others).isNotNull();
            idle.response();
            await().until(() -> testHub.hub().stats().subscribers() == 198);
            SocketWriteCounter sockets = SocketWriteCounter.of(testHub);
            HubStats before = testHub.hub().stats();

            // When messages are published, each when the one before has gone out
            for (int i = 1; i <= messages; i++) {
                testHub.hub().publish("/x", "message " + i);
                long delivered = before.delivered() + 99L * i;
                DirectStreamHub.soon().until(() -> testHub.hub().stats().delivered() == delivered);
            }

            // Then that was what the hub counted, and what the sockets got, and one wake-up a message
            HubStats after = testHub.hub().stats();
            assertThat(after.writes() - before.writes()).isEqualTo(99L * messages);
            assertThat(sockets.count()).isEqualTo(99L * messages);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(messages);
            for (RawHttpClient reader : readers) {
                assertThat(reader.readTo("message " + messages)).contains("message 1");
            }
        }
    }

    @Test
    @DisplayName("H-01 a batch on a loop that is busy is one wake-up, and one write for each reader")
    void batch() throws Exception {
        int messages = 200;
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                ClientGroup readers = ClientGroup.ofSubscribers(99, testHub, "/x");
                RawHttpClient publisher = testHub.connect()) {
            publisher.send(POST).response();
            await().until(() -> testHub.hub().stats().delivered() == 99);
            SocketWriteCounter sockets = SocketWriteCounter.of(testHub);
            HubStats before = testHub.hub().stats();

            // When 200 messages come in together, so that the loop publishes them all before it has its next round
            publisher.send(POST.replace("\r\n\r\n7", "\r\n\r\n8").repeat(messages));
            for (int i = 0; i < messages; i++) {
                publisher.response();
            }
            DirectStreamHub.soon().until(() -> testHub.hub().stats().delivered() == 99L * (messages + 1));

            // Then they are a few batches (a read of the socket brings some 64 KiB at most), not 200
            HubStats after = testHub.hub().stats();
            long rounds = after.wakeUps() - before.wakeUps();
            assertThat(rounds).isBetween(1L, 20L);
            assertThat(after.writes() - before.writes()).isLessThanOrEqualTo(99 * rounds);
            assertThat(sockets.count()).isLessThanOrEqualTo((99 + 1) * rounds + messages / 16);
            for (RawHttpClient reader : readers) {
                assertThat(reader.readTo("7")).isNotEmpty();
            }
        }
    }
}
