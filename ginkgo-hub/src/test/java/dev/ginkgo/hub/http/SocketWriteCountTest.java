package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.delivery.sender.SocketSenders;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.SocketWriteCounter;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Counts the socket writes and wake-ups that a publish and a delivery cost. */
class SocketWriteCountTest {
    private static final String POST = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7";

    @Test
    @DisplayName("H-25 the response to a POST is one write, and so are the responses to sixteen pipelined ones")
    void responses_areOneWrite() throws IOException {
        for (String transport : new String[] {"epoll", "nio"}) {
            try (TestHub testHub = TestHub.start("loops = 1", "transport = '" + transport + "'", "heartbeat = '1h'");
                    RawHttpClient publisher = testHub.connect()) {
                publisher.send(POST).response();
                SocketWriteCounter sockets = SocketWriteCounter.of(testHub);

                // When requests are sent one after another
                for (int i = 0; i < 1_000; i++) {
                    publisher.send(POST).response();
                }

                // Then each response is one write
                assertThat(sockets.count()).as(transport).isEqualTo(1_000);

                // When sixteen requests are pipelined, then their responses are one write
                publisher.send(POST.repeat(16));
                for (int i = 0; i < 16; i++) {
                    assertThat(publisher.response()).startsWith("HTTP/1.1 200");
                }
                assertThat(sockets.count()).as(transport).isEqualTo(1_001);
            }
        }
    }

    @Test
    @DisplayName("H-01 a message costs one wake-up, and one write for each of its subscribers, in whatever format")
    void message_isOneWritePerSubscriber() throws Exception {
        int messages = 50;
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                ClientGroup subscribers = ClientGroup.ofSubscribers(99, testHub, "/x");
                ClientGroup others = ClientGroup.ofSubscribers(99, testHub, "/y");
                RawHttpClient idle = testHub.request("GET /-/health/live")) {
            assertThat(others).isNotNull();
            idle.response();
            await().until(() -> testHub.hub().stats().subscribers() == 198);
            SocketWriteCounter sockets = SocketWriteCounter.of(testHub);
            SocketSenders senders = HubAccess.http(testHub.hub()).senders();
            long sentBefore = senders.sentDirectly();
            HubStats before = testHub.hub().stats();

            // When messages are published, each after the previous one has been delivered
            for (int i = 1; i <= messages; i++) {
                testHub.hub().publish("/x", "message " + i);
                long delivered = before.delivered() + 99L * i;
                DirectStreamHub.soon().until(() -> testHub.hub().stats().delivered() == delivered);
            }

            // Then hub and sockets count one write per subscriber and message, and one wake-up per message
            HubStats after = testHub.hub().stats();
            assertThat(after.writes() - before.writes()).isEqualTo(99L * messages);
            assertThat(sockets.count() + senders.sentDirectly() - sentBefore).isEqualTo(99L * messages);
            // A loop that starts while the publisher still goes through the formats may be woken once more.
            assertThat(after.wakeUps() - before.wakeUps()).isBetween((long) messages, messages * 3L / 2);
            for (RawHttpClient subscriber : subscribers) {
                assertThat(subscriber.readTo("message " + messages)).contains("message 1");
            }
        }
    }

    @Test
    @DisplayName("H-01 a batch on a busy loop costs one wake-up, and one write per subscriber")
    void batch_isOneWritePerSubscriber() throws Exception {
        int messages = 200;
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                ClientGroup subscribers = ClientGroup.ofSubscribers(99, testHub, "/x");
                RawHttpClient publisher = testHub.connect()) {
            publisher.send(POST).response();
            await().until(() -> testHub.hub().stats().delivered() == 99);
            SocketWriteCounter sockets = SocketWriteCounter.of(testHub);
            HubStats before = testHub.hub().stats();

            // When 200 pipelined messages are received, which the loop publishes before it delivers the next batch
            publisher.send(POST.replace("\r\n\r\n7", "\r\n\r\n8").repeat(messages));
            for (int i = 0; i < messages; i++) {
                publisher.response();
            }
            DirectStreamHub.soon().until(() -> testHub.hub().stats().delivered() == 99L * (messages + 1));

            // Then they are delivered in a few batches, as one read of the socket returns about 64 KiB at most
            HubStats after = testHub.hub().stats();
            long batches = after.wakeUps() - before.wakeUps();
            assertThat(batches).isBetween(1L, 20L);
            assertThat(after.writes() - before.writes()).isLessThanOrEqualTo(99 * batches);
            assertThat(sockets.count()).isLessThanOrEqualTo((99 + 1) * batches + messages / 16);
            for (RawHttpClient subscriber : subscribers) {
                assertThat(subscriber.readTo("7")).isNotEmpty();
            }
        }
    }
}
