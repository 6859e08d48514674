package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.sender.TestSenders;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.ReaderThreads;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams whose messages are sent with {@code send(2)}, on connections of Netty, and on sockets adopted from it. */
@ParameterizedClass(name = "adopted: {0}")
@ValueSource(booleans = {false, true})
class SubmittedWritesTest {
    @Parameter
    private boolean adopting;

    private static final String TEXT = "abcdefghijklmnopqrstuvwxyz";

    private @Nullable EngineFixture opened;

    private EngineFixture start(int historyCount, TestSenders.Call call) {
        EngineFixture fixture = new EngineFixture(adopting, 1, historyCount, WireFormat.LINES, call);
        opened = fixture;
        return fixture;
    }

    @Test
    @DisplayName(
            "H-297 the messages of a plain stream are sent with one system call each, the bytes of Netty unchanged")
    void messagesAreSentDirectly() throws Exception {
        try (EngineFixture fixture = start(1_000, TestSenders::send);
                ChunkedStreamClient client = new ChunkedStreamClient(fixture.connect())) {
            for (int i = 0; i < 20; i++) {
                fixture.publish(i + TEXT);
                assertThat(client.nextText()).isEqualTo(i + TEXT + "\n");
            }
            fixture.awaitIdle();
            assertThat(fixture.adoptedConnections()).isEqualTo(adopting ? 1 : 0);
            assertThat(fixture.senders.sentDirectly()).isEqualTo(20);
            assertThat(fixture.counters.delivered()).isEqualTo(20);
        }
    }

    @Test
    @DisplayName("H-300 a write that the socket accepts up to any byte of a frame, or not at all, is continued")
    void partialSend_atEachByte() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        try (EngineFixture fixture = start(
                        1_000,
                        (descriptor, address, length) -> accepted.get() == 0
                                ? TestSenders.WOULD_BLOCK
                                : TestSenders.send(descriptor, address, Math.min(accepted.get(), length)));
                ChunkedStreamClient first = new ChunkedStreamClient(fixture.connect());
                ChunkedStreamClient second = new ChunkedStreamClient(fixture.connect())) {
            int frame = TEXT.length() + 7; // length of the chunk, CR, LF; line feed, CR, LF
            for (int bytes = 0; bytes <= frame; bytes++) {
                accepted.set(bytes);
                fixture.publish(TEXT);
                assertThat(first.nextText()).isEqualTo(TEXT + "\n");
                assertThat(second.nextText()).isEqualTo(TEXT + "\n");
            }
            fixture.awaitIdle();
            assertThat(fixture.senders.sentDirectly()).isEqualTo(2);
            assertThat(fixture.counters.delivered()).isEqualTo(2L * (frame + 1));
        }
    }

    @Test
    @DisplayName("H-300 a full socket is written again when it has room, without losing or repeating a byte")
    void fullSocket_continues() throws Exception {
        try (EngineFixture fixture = start(100_000, TestSenders::send)) {
            // Given a client that does not read until its socket is full
            Socket socket = fixture.connect(SubscribeRequest.of(EngineFixture.CHANNEL), 4096);
            DirectStreamHub.soon().until(() -> fixture.connection(socket) != null);
            int published = 0;
            while (fixture.counters.pinnedBytes() == 0) {
                fixture.publish("%08d".formatted(published++) + TEXT.repeat(20));
                fixture.awaitIdle();
            }
            // When it reads, while more messages are published
            ChunkedStreamClient client = new ChunkedStreamClient(socket);
            for (int i = 0; i < published + 500; i++) {
                if (i % 2 == 0 && i < 1_000) {
                    fixture.publish("%08d".formatted(published + i / 2) + TEXT.repeat(20));
                }
                // Then it receives all of them
                if (i < published) {
                    assertThat(client.nextText()).isEqualTo("%08d".formatted(i) + TEXT.repeat(20) + "\n");
                }
            }
            fixture.awaitIdle();
        }
    }

    @Test
    @DisplayName("H-301 frames stay intact while they are sent, although their messages are evicted in the same round")
    void evictedSlab_isNotOverwritten() throws Exception {
        AtomicBoolean evict = new AtomicBoolean();
        AtomicLong number = new AtomicLong();
        try (EngineFixture fixture = start(1, (descriptor, address, length) -> {
            if (evict.compareAndSet(true, false)) {
                // Publishes on the loop between the submission and the first system call: evicts the submitted messages
                for (int i = 0; i < 10; i++) {
                    publishNumbered(number);
                }
            }
            return TestSenders.send(descriptor, address, length);
        })) {
            List<ChunkedStreamClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(new ChunkedStreamClient(fixture.connect()));
            }
            for (int round = 0; round < 20; round++) {
                int released = fixture.memory.releasedBuffers();
                evict.set(true);
                long expected = number.get();
                publishNumbered(number);
                for (ChunkedStreamClient each : clients) {
                    assertThat(each.nextText()).isEqualTo(numbered(expected) + "\n");
                    assertThat(each.nextText()).contains("\"event\":\"gap\",\"missed\":9");
                    assertThat(each.nextText()).isEqualTo(numbered(expected + 10) + "\n");
                }
                fixture.awaitIdle();
                assertThat(fixture.memory.releasedBuffers()).isGreaterThan(released);
            }
        }
    }

    private void publishNumbered(AtomicLong number) {
        requireNonNull(opened).publish(numbered(number.getAndIncrement()));
    }

    /** Large enough for a slab of its own. */
    private static String numbered(long number) {
        return number + TEXT.repeat(1_000);
    }

    @Test
    @DisplayName("H-301 many subscribers that continue in one round at different positions receive everything in order")
    void differentPositions_inOneRound() throws Exception {
        String text = TEXT.repeat(300);
        int messages = 60;
        try (EngineFixture fixture = start(1_000, TestSenders::send)) {
            // Given clients that do not read, whose sockets became full at different positions
            List<ChunkedStreamClient> clients = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                if (i < 24) {
                    Socket socket = fixture.connect(SubscribeRequest.of(EngineFixture.CHANNEL), 4096);
                    DirectStreamHub.soon().until(() -> fixture.connection(socket) != null);
                    clients.add(new ChunkedStreamClient(socket));
                }
                fixture.publish(i + text);
                fixture.awaitIdle();
            }
            // When all of them read while the loop is blocked, so that it continues all writes at once
            CountDownLatch reading = new CountDownLatch(clients.size());
            CountDownLatch unblock = new CountDownLatch(1);
            fixture.loops.next().execute(() -> awaitUninterruptibly(unblock));
            ReaderThreads readers = ReaderThreads.of(clients, client -> {
                for (int i = clients.indexOf(client); i < messages; i++) {
                    assertThat(client.nextText()).isEqualTo(i + text + "\n");
                    reading.countDown();
                }
            });
            boolean all = reading.await(20, TimeUnit.SECONDS);
            unblock.countDown();
            // Then each receives everything
            readers.join();
            assertThat(all).isTrue();
            fixture.awaitIdle();
            assertThat(fixture.senders.sentDirectly()).isPositive();
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
    @DisplayName("H-302 a client that resets its connection is closed as before; the others are not affected")
    void reset_closesConnection() throws Exception {
        try (EngineFixture fixture = start(1_000, TestSenders::send);
                ChunkedStreamClient other = new ChunkedStreamClient(fixture.connect())) {
            Socket resetting = fixture.connect();
            resetting.setSoLinger(true, 0);

            // When the connection is reset while the loop is about to send
            fixture.loops
                    .next()
                    .submit(() -> {
                        resetting.close();
                        for (int i = 0; i < 3; i++) {
                            fixture.publish(i + TEXT);
                        }
                        return null;
                    })
                    .sync();

            // Then it is closed, for the reason "client", and the other client receives everything
            for (int i = 0; i < 3; i++) {
                assertThat(other.nextText()).isEqualTo(i + TEXT + "\n");
            }
            DirectStreamHub.soon()
                    .untilAsserted(() -> assertThat(fixture.reason(resetting)).isEqualTo(DisconnectReason.CLIENT));
            assertThat(fixture.counters.pinnedBytes()).isZero();
        }
    }

    @Test
    @DisplayName(
            "H-302 heartbeats, the write timeout and a graceful end are as before for a stream that is sent directly")
    void timersAndEnd() throws Exception {
        try (EngineFixture fixture = start(1_000, TestSenders::send);
                ChunkedStreamClient client = new ChunkedStreamClient(fixture.connect());
                Socket dead = fixture.connect(SubscribeRequest.of(EngineFixture.CHANNEL), 4096)) {
            DirectStreamHub.soon().until(() -> fixture.connection(dead) != null);
            fixture.publish(TEXT);
            assertThat(client.nextText()).isEqualTo(TEXT + "\n");

            // A keep-alive between two messages
            fixture.awaitIdle();
            fixture.engine.heartbeat(Duration.ZERO);
            assertThat(client.nextText()).isEqualTo("\n");
            fixture.publish(TEXT);
            assertThat(client.nextText()).isEqualTo(TEXT + "\n");

            // A client that does not read is disconnected, and counted
            int published = 0;
            while (fixture.counters.pinnedBytes() == 0) {
                fixture.publish("%08d".formatted(published++) + TEXT.repeat(20));
                fixture.awaitIdle();
            }
            DirectStreamHub.soon().until(() -> {
                fixture.engine.closeStalledWrites(Duration.ofMillis(1));
                return fixture.reason(dead) == DisconnectReason.STALLED;
            });
            assertThat(fixture.counters.stalled()).isEqualTo(1);
            for (int i = 0; i < published; i++) {
                assertThat(client.nextText()).isEqualTo("%08d".formatted(i) + TEXT.repeat(20) + "\n");
            }

            // A graceful end sends what has been published, the event, and the end of the body
            fixture.loops
                    .next()
                    .submit(() -> {
                        fixture.publish("last");
                        fixture.stream(client).endGracefully("stopping");
                    })
                    .sync();
            assertThat(client.nextText()).isEqualTo("last\n");
            assertThat(client.nextText()).contains("\"event\":\"bye\"");
            assertThat(client.nextChunk()).isEmpty();
            assertThat(client.isEndOfStream()).isTrue();
        }
    }
}
