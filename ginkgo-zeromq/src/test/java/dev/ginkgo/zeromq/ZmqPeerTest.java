package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.RecordingTransportListener;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

class ZmqPeerTest {
    private static final NodeIncarnation SELF = new NodeIncarnation("10.0.0.1:4440", 1);
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 1);

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

    private static Frame.Body receive(ZMQ.Socket subscriber) throws InvalidFrameException {
        return FrameReader.read(subscriber.recv()).body();
    }
}
