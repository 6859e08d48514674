package dev.ginkgo.hub.http.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients that pipeline many requests. */
class PipeliningFairnessTest {
    private static final String BODY = "\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7";
    private static final String GREEDY = "POST /greedy HTTP/1.1" + BODY;
    private static final String OTHER = "POST /other HTTP/1.1" + BODY;

    @Test
    @DisplayName("H-52 clients that pipeline requests are served in turns of a limited number of requests")
    void pipelinedRequests_takeTurns() throws Exception {
        int requests = 1_000;
        try (TestHub testHub = TestHub.startHub("history.count = 10000", "http.loops = 1", "http.heartbeat = '1h'");
                Subscription published = testHub.hub().subscribe("/greedy,/other");
                RawHttpClient greedy = testHub.connect();
                RawHttpClient other = testHub.connect()) {
            greedy.send(GREEDY).response();
            other.send(OTHER).response();
            published.take();
            published.take();

            // When many requests of two clients arrive while the loop is busy
            Channel connection =
                    HubAccess.http(testHub.hub()).openConnections().iterator().next();
            CountDownLatch arrived = new CountDownLatch(1);
            connection.eventLoop().execute(() -> awaitUninterruptibly(arrived));
            greedy.send(GREEDY.repeat(requests));
            other.send(OTHER.repeat(requests));
            arrived.countDown();

            // Then the client that is served last waits for one turn of the other one
            String first = published.take().channel();
            int before = 1;
            while (published.take().channel().equals(first)) {
                before++;
            }
            Measurements.record("pipelined requests of one client served before the first of another", before);
            assertThat(before).isLessThanOrEqualTo(256);

            // and all requests are answered
            FutureTask<Void> greedyResponses = readResponses(greedy, requests, "/greedy");
            FutureTask<Void> otherResponses = readResponses(other, requests, "/other");
            greedyResponses.get(60, TimeUnit.SECONDS);
            otherResponses.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("H-85 many clients that begin to pipeline requests at once share one iteration of the event loop")
    void manyClients_shareAnIteration() throws Exception {
        int clients = 40;
        int requests = 300;
        List<RawHttpClient> greedy = new ArrayList<>();
        try (TestHub testHub = TestHub.startHub("history.count = 10000", "http.loops = 1", "http.heartbeat = '1h'");
                Subscription published = testHub.hub().subscribe("/c/*");
                Closeable _ = () -> closeAll(greedy)) {
            for (int i = 0; i < clients; i++) {
                greedy.add(testHub.connect());
                greedy.getLast().send("POST /c/" + i + " HTTP/1.1" + BODY).response();
                published.take();
            }

            // When many requests of all clients arrive while the loop is busy
            Channel connection =
                    HubAccess.http(testHub.hub()).openConnections().iterator().next();
            CountDownLatch arrived = new CountDownLatch(1);
            connection.eventLoop().execute(() -> awaitUninterruptibly(arrived));
            for (int i = 0; i < clients; i++) {
                greedy.get(i).send(("POST /c/" + i + " HTTP/1.1" + BODY).repeat(requests));
            }
            arrived.countDown();

            // Then the client that is served last waits for the share of one iteration, and one or two requests of each
            // other
            Set<String> served = new HashSet<>();
            int before = 0;
            for (; served.size() < clients; before++) {
                served.add(published.take().channel());
            }
            Measurements.record("pipelined requests of 40 clients served before the first of the last one", before);
            assertThat(before).isLessThanOrEqualTo(256 + 2 * clients + 1);
        }
    }

    private static void closeAll(List<RawHttpClient> clients) throws IOException {
        for (RawHttpClient each : clients) {
            each.close();
        }
    }

    private static FutureTask<Void> readResponses(RawHttpClient client, int count, String channel) {
        FutureTask<Void> reading = new FutureTask<>(() -> {
            for (int i = 0; i < count; i++) {
                assertThat(client.response()).contains("\"channel\":\"" + channel + "\"");
            }
            return null;
        });
        Thread.ofVirtual().start(reading);
        return reading;
    }

    @Test
    @DisplayName("H-52 requests are answered in turns also if their client has shut down its sending side")
    void pipelinedRequests_areAnsweredAfterHalfClose() throws Exception {
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                RawHttpClient client = testHub.connect()) {
            // When
            client.send(GREEDY.repeat(800));
            client.shutdownOutput();

            // Then
            assertThat(client.readToEnd().split("HTTP/1.1 200", -1)).hasSize(801);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("H-53 requests are not read while their client does not read the responses to earlier ones")
    void unreadResponses_stopRequests() throws Exception {
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'", "request-timeout = '1h'");
                SocketChannel client = SocketChannel.open()) {
            client.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), testHub.port()));
            client.configureBlocking(false);
            await().until(() -> HubAccess.http(testHub.hub()).openConnections().size() == 1);
            Channel connection =
                    HubAccess.http(testHub.hub()).openConnections().iterator().next();

            // When a client sends requests until its socket accepts no more, and reads nothing
            ByteBuffer requests = ByteBuffer.wrap(GREEDY.repeat(1_000).getBytes(US_ASCII));
            AtomicLong published = new AtomicLong(-1);
            AtomicLong maxPending = new AtomicLong();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                long before = testHub.hub().stats().published();
                while (client.write(requests.hasRemaining() ? requests : requests.rewind()) > 0) {
                    maxPending.set(Math.max(maxPending.get(), pendingBytes(connection)));
                }
                maxPending.set(Math.max(maxPending.get(), pendingBytes(connection)));
                return published.getAndSet(before) == before && before > 0;
            });

            // Then few responses are queued
            Measurements.record("bytes of responses queued for a client that does not read", maxPending);
            assertThat(maxPending.get()).isBetween(1L, 2L * 64 * 1024);
        }
    }

    private static long pendingBytes(Channel connection) {
        return connection
                .eventLoop()
                .submit(() -> {
                    ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
                    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
                })
                .syncUninterruptibly()
                .getNow();
    }
}
