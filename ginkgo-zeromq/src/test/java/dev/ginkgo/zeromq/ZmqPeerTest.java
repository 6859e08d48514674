package dev.ginkgo.zeromq;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.RecordingTransportListener;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

class ZmqPeerTest {
    private static final NodeIncarnation SELF = new NodeIncarnation("10.0.0.1:4440", 1);
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 1);

    /** Of ZMTP 3.0 without encryption. */
    private static final byte[] GREETING = ByteBuffer.allocate(64)
            .put((byte) 0xff)
            .putLong(0)
            .put((byte) 0x7f)
            .put((byte) 3)
            .put((byte) 0)
            .put("NULL".getBytes(StandardCharsets.US_ASCII))
            .array();

    /** A command without properties. */
    private static final byte[] READY = {4, 6, 5, 'R', 'E', 'A', 'D', 'Y'};

    private static Envelope message(long sequence) {
        return new Envelope(OTHER, sequence, sequence - 1, "/n", false, new byte[0], 0, Optional.empty());
    }

    @Test
    @DisplayName("H-08 messages of a peer are accepted only after its first heartbeat, once, and in order")
    void acceptsMessagesInOrder_afterFirstHeartbeat() throws IOException {
        try (EventSelector selector = new EventSelector(TimeSource.system())) {
            ZmqSockets sockets = new ZmqSockets(selector, 1_000, null);
            ZmqPeer zmqPeer = new ZmqPeer(
                    new Peer(OTHER, FreePorts.free()),
                    SELF,
                    new RecordingTransportListener(),
                    sockets,
                    new SendQueues(),
                    1_000,
                    0);
            assertThat(zmqPeer.isNext(message(1))).isFalse();
            zmqPeer.handleHeartbeat(true, 0);
            assertThat(zmqPeer.isNext(message(1))).isTrue();
            assertThat(zmqPeer.isNext(message(3))).isTrue();
            assertThat(zmqPeer.isNext(message(3))).isFalse();
            assertThat(zmqPeer.isNext(message(2))).isFalse();
            assertThat(zmqPeer.isNext(message(4))).isTrue();
            zmqPeer.close();
        }
    }

    @Test
    @DisplayName(
            "K-20 a peer that no longer receives from this node, although this node detected nothing, gets a heartbeat"
                    + " immediately: until then it cannot be sent requests")
    void sendsHeartbeatImmediately_whenPeerLostConnection() throws Exception {
        long second = Duration.ofSeconds(1).toNanos();
        Address address = FreePorts.free();
        try (EventSelector selector = new EventSelector(TimeSource.system());
                ZContext context = new ZContext()) {
            ZmqSockets sockets = new ZmqSockets(selector, 1_000, null);
            // Given a peer that has been ready for a while
            ZMQ.Socket subscriber = context.createSocket(SocketType.SUB);
            subscriber.subscribe(FrameWriter.PREFIX);
            subscriber.setReceiveTimeOut(15_000);
            subscriber.bind("tcp://" + address);
            ZmqPeer zmqPeer = new ZmqPeer(
                    new Peer(OTHER, address),
                    SELF,
                    new RecordingTransportListener(),
                    sockets,
                    new SendQueues(),
                    1_000,
                    0);
            await().until(() -> {
                selector.select(1);
                zmqPeer.step(0);
                return subscriber.recv(ZMQ.DONTWAIT) != null; // the features
            });
            assertThat(receive(subscriber)).isInstanceOf(Frame.Heartbeat.class);
            zmqPeer.handleHeartbeat(true, second);
            zmqPeer.step(second);
            assertThat(receive(subscriber)).isEqualTo(Frame.Features.SUPPORTED);
            assertThat(receive(subscriber)).isInstanceOf(Frame.Heartbeat.class);
            assertThat(zmqPeer.isReady()).isTrue();
            assertThat(zmqPeer.nextDeadline(second)).isEqualTo(2 * second);

            // When the peer, which lost the connection, sends its first heartbeat
            long later = second + second / 5;
            zmqPeer.handleHeartbeat(false, later);
            assertThat(zmqPeer.isReady()).isFalse();
            assertThat(zmqPeer.nextDeadline(later)).isLessThanOrEqualTo(later);
            zmqPeer.step(later);

            // Then this node sends a heartbeat immediately
            assertThat(receive(subscriber)).isEqualTo(Frame.Features.SUPPORTED);
            assertThat(receive(subscriber)).isInstanceOf(Frame.Heartbeat.class);
            zmqPeer.close();
        }
    }

    @Test
    @DisplayName("K-79 a peer whose machine is busy may take longer to connect than the limit, if it makes progress")
    void slowHandshake_isNotInterrupted() throws Exception {
        FakeClock clock = new FakeClock();
        try (EventSelector selector = new EventSelector(clock);
                ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0))) {
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            ZmqPeer zmqPeer = new ZmqPeer(
                    new Peer(OTHER, new Address("127.0.0.1", port)),
                    SELF,
                    new RecordingTransportListener(),
                    new ZmqSockets(selector, 1_000, null),
                    new SendQueues(),
                    1_000,
                    clock.nanos());
            server.configureBlocking(false);
            AtomicReference<@Nullable SocketChannel> accepted = new AtomicReference<>();
            await().until(() -> {
                run(zmqPeer, selector, clock);
                accepted.set(server.accept());
                return accepted.get() != null;
            });

            // When each step of the peer takes nearly as long as the limit
            try (SocketChannel connection = requireNonNull(accepted.get())) {
                for (byte[] each : List.of(GREETING, READY)) {
                    clock.advance(Duration.ofMillis(900));
                    connection.write(ByteBuffer.wrap(each));
                    await().until(() -> {
                        run(zmqPeer, selector, clock);
                        return zmqPeer.nextDeadline(clock.nanos())
                                == clock.nanos() + Duration.ofSeconds(1).toNanos();
                    });
                }
                clock.advance(Duration.ofMillis(900));
                connection.write(ByteBuffer.wrap(new byte[] {0, 3, 1, 'g', 'k'})); // the subscription
                await().until(() -> {
                    run(zmqPeer, selector, clock);
                    return zmqPeer.frames() > 0;
                });

                // Then the connection is kept, and used
                assertThat(zmqPeer.stats().reconnects()).isZero();
            }
            zmqPeer.close();
        }
    }

    private static void run(ZmqPeer zmqPeer, EventSelector selector, FakeClock clock) throws IOException {
        selector.select(1);
        zmqPeer.step(clock.nanos());
    }

    private static Frame.Body receive(ZMQ.Socket subscriber) throws InvalidFrameException {
        return FrameReader.read(subscriber.recv()).body();
    }
}
