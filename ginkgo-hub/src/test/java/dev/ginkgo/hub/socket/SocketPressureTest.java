package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.SocketClient;
import dev.ginkgo.hub.testing.TestHub;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** WebSockets with the subprotocol {@code ginkgo.v1} whose clients read or send slowly. */
class SocketPressureTest {
    private static final Pattern MISSED = Pattern.compile("\"missed\":(\\d+)");
    private static final Pattern DATA = Pattern.compile("\"data\":\"x*(\\d+)\"");

    @Test
    @DisplayName(
            "H-171 a client that does not read its responses is not read either, and then gets all of them in order")
    void requests_areNotReadWhileResponsesWait() throws Exception {
        int requests = 5_000;
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < requests; i++) {
            frames.writeBytes(RawSocket.frame("{'type':'subscribe','request':" + i + "}"));
        }
        try (TestHub testHub = TestHub.start();
                RawSocket client = new RawSocket(testHub.port())) {
            Channel connection =
                    HubAccess.http(testHub.hub()).openConnections().iterator().next();
            // When
            Thread writer = Thread.ofVirtual().start(() -> write(client, frames.toByteArray()));

            // Then
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> !connection.config().isAutoRead());
            ChannelOutboundBuffer waiting = connection.unsafe().outboundBuffer();
            assertThat(waiting.totalPendingWriteBytes()).isLessThan(1024 * 1024);
            for (int i = 0; i < requests; i++) {
                assertThat(client.read()).startsWith("{\"type\":\"error\",\"request\":" + i + ",");
            }
            writer.join();
        }
    }

    private static void write(RawSocket client, byte[] bytes) {
        try {
            client.write(bytes);
        } catch (IOException closed) {
            // the hub has closed the connection; the test sees it when it reads
        }
    }

    @Test
    @DisplayName(
            "H-172 a message that does not arrive completely within request-timeout closes the WebSocket with 4408")
    void incompleteMessage_closesSocket() throws Exception {
        try (TestHub testHub = TestHub.start("request-timeout = '200ms'");
                SocketClient fragment = SocketClient.connect(testHub.hub());
                RawSocket partialFrame = new RawSocket(testHub.port());
                SocketClient idle = SocketClient.connect(testHub.hub())) {
            fragment.sendPart("{\"type\":", false);
            partialFrame.write(RawSocket.frame(new byte[10], 100));
            assertThat(fragment.awaitClosed()).startsWith("4408 ");
            assertThat(partialFrame.read()).startsWith("close 4408 ");
            assertThat(idle.request(1, "'type':'ping'")).contains("pong");
        }
    }

    @Test
    @DisplayName(
            "H-173 messages that are being received share the budget of request bodies; beyond it a WebSocket is closed with"
                    + " 1013, and the memory is free again when its message has arrived or its connection has closed")
    void receivedMessages_haveBudget() throws Exception {
        String message = "{'type':'publish','request':1,'channel':'/x','data':'" + "x".repeat(100_000) + "'}";
        try (TestHub testHub = TestHub.start("max-body-memory-per-address = '1MiB'")) {
            try (RawSocket half = new RawSocket(testHub.port())) {
                half.write(RawSocket.frame(new byte[600_000], 2_000_000));
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> outcome(testHub, message).startsWith("close 1013 "));
            }
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> outcome(testHub, message).startsWith("{\"type\":\"published\""));
            // one after another, on one connection, in frames and fragments
            try (SocketClient client = SocketClient.connect(testHub.hub())) {
                for (int i = 1; i <= 15; i++) {
                    String text = message.replace('\'', '"').replace("\"request\":1,", "\"request\":" + i + ",");
                    client.sendPart(text.substring(0, 50_000), false).sendPart(text.substring(50_000), true);
                }
                assertThat(client.request(16, "'type':'ping'")).contains("pong");
                assertThat(client.received("published")).hasSize(15);
            }
        }
    }

    /** Sends a message over a new connection, and returns the response. */
    private static String outcome(TestHub testHub, String message) throws IOException {
        try (RawSocket client = new RawSocket(testHub.port())) {
            write(client, RawSocket.frame(message));
            return client.read();
        }
    }

    @Test
    @DisplayName("H-164 all WebSockets of an address have at most max-subscriptions-per-address subscriptions")
    void subscriptionsOfAddress_areLimited() {
        try (TestHub testHub = TestHub.start("max-subscriptions-per-address = 3");
                SocketClient remaining = SocketClient.connect(testHub.hub())) {
            try (SocketClient other = SocketClient.connect(testHub.hub())) {
                other.request(1, "'type':'subscribe','channels':'/a'");
                other.request(2, "'type':'subscribe','channels':'/b'");
                remaining.request(1, "'type':'subscribe','channels':'/a'");
                assertThat(remaining.request(2, "'type':'subscribe','channels':'/b'"))
                        .contains("\"code\":\"too-many-subscriptions\"");
            }
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            assertThat(remaining.request(3, "'type':'subscribe','channels':'/b'"))
                    .contains("subscribed");
        }
    }

    @Test
    @DisplayName(
            "H-174 a subscription that falls behind retention receives a gap and whole frames, and the other subscriptions"
                    + " of the WebSocket lose nothing")
    void slowSubscription_receivesGap() throws Exception {
        int messages = 5_000;
        try (TestHub testHub = TestHub.startHub("history.count = 50", "history.grace = '0s'");
                RawSocket client = new RawSocket(testHub.port())) {
            client.send("{'type':'subscribe','request':1,'channels':'/a'}")
                    .send("{'type':'subscribe','request':2,'channels':'/b'}");
            assertThat(client.read()).contains("subscribed");
            assertThat(client.read()).contains("subscribed");

            // When more is published than sockets and retention hold
            String padding = "x".repeat(2_000);
            for (int i = 0; i < messages; i++) {
                testHub.hub().publish("/a", padding + i);
            }
            testHub.hub().publish("/b", "1");

            // Then
            int next = 0;
            int gaps = 0;
            boolean other = false;
            while (next < messages || !other) {
                String received = client.read();
                Matcher missed = MISSED.matcher(received);
                Matcher data = DATA.matcher(received);
                if (missed.find()) {
                    assertThat(received)
                            .matches("\\{\"type\":\"gap\",\"subscription\":\"/a\",\"missed\":\\d+,\"id\":\"[\\w-]+\"}");
                    next += Integer.parseInt(missed.group(1));
                    gaps++;
                } else if (received.contains("\"subscription\":\"/b\"")) {
                    assertThat(data.find()).as(received).isTrue();
                    other = true;
                } else if (data.find()) {
                    assertThat(Integer.parseInt(data.group(1))).isEqualTo(next++);
                }
            }
            assertThat(next).isEqualTo(messages);
            assertThat(gaps).isPositive();
        }
    }

    @Test
    @DisplayName("H-174 a WebSocket that reads neither messages nor responses for write-timeout is closed")
    void stalledSockets_areClosed() throws Exception {
        try (TestHub testHub = TestHub.startHub("write-timeout = '200ms'");
                RawSocket subscriber = new RawSocket(testHub.port());
                RawSocket requester = new RawSocket(testHub.port())) {
            subscriber.send("{'type':'subscribe','request':1,'channels':'/a'}");
            assertThat(subscriber.read()).contains("subscribed");
            // When
            Thread writer = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    write(requester, RawSocket.frame("{'type':'subscribe','request':" + i + "}"));
                }
            });
            String padding = "x".repeat(10_000);
            for (int i = 0; i < 500; i++) {
                testHub.hub().publish("/a", padding);
            }
            // Then
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.metric("disconnects_total{reason=\"stalled\"}") == 2);
            writer.join();
        }
    }

    @Test
    @DisplayName("H-175 what the subscriptions of one WebSocket have to send is written together")
    void subscriptions_areWrittenTogether() throws Exception {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        try (TestHub testHub = TestHub.start();
                RawSocket client = new RawSocket(testHub.port())) {
            for (int i = 0; i < 50; i++) {
                testHub.hub().publish("/many/" + i, "1");
                frames.writeBytes(RawSocket.frame(
                        "{'type':'subscribe','request':" + i + ",'channels':'/many/" + i + "','since':'all'}"));
            }
            long before = testHub.hub().stats().writes();
            // When
            client.write(frames.toByteArray());
            for (int received = 0; received < 50; ) {
                received += client.read().contains("\"type\":\"message\"") ? 1 : 0;
            }
            // Then: about one write for each read of the event loop
            assertThat(testHub.hub().stats().writes() - before).isBetween(1L, 10L);
        }
    }
}
