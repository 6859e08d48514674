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
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.zeromq.ZMQ;

class ZmqPeerTest {
    private static final NodeIncarnation SELF = new NodeIncarnation("10.0.0.1:4440", 1);
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 1);

    private static Envelope message(long sequence) {
        return new Envelope(OTHER, sequence, sequence - 1, "/n", false, new byte[0], 0, Optional.empty());
    }

    @Test
    @DisplayName("H-08 of a peer's messages none is taken before its first word, and none twice or after a later one")
    void order() throws IOException {
        try (ZmqSockets sockets = new ZmqSockets(1_000, null)) {
            ZmqPeer link = new ZmqPeer(
                    new Peer(OTHER, FreePorts.free()),
                    SELF,
                    new RecordingTransportListener(),
                    sockets,
                    new SendQueues(),
                    1_000,
                    0);
            assertThat(link.isNext(message(1))).isFalse();
            link.handleHeartbeat(true, 0);
            assertThat(link.isNext(message(1))).isTrue();
            assertThat(link.isNext(message(3))).isTrue();
            assertThat(link.isNext(message(3))).isFalse();
            assertThat(link.isNext(message(2))).isFalse();
            assertThat(link.isNext(message(4))).isTrue();
            link.close();
        }
    }

    @Test
    @DisplayName(
            "K-20 a peer that does not hear this node any more, though this node has noticed nothing, hears of it at once:"
                    + " until it does, it cannot be asked for anything")
    void sendsHeartbeatAtOnce() throws Exception {
        long second = Duration.ofSeconds(1).toNanos();
        Address there = FreePorts.free();
        try (ZmqSockets sockets = new ZmqSockets(1_000, null)) {
            // Given a link that has been ready for a while
            ZMQ.Socket peer = sockets.openSubscriber(there);
            ZmqPeer link = new ZmqPeer(
                    new Peer(OTHER, there),
                    SELF,
                    new RecordingTransportListener(),
                    sockets,
                    new SendQueues(),
                    1_000,
                    0);
            await().until(() -> {
                link.step(0);
                return peer.recv(ZMQ.DONTWAIT) != null; // its first word
            });
            link.handleHeartbeat(true, second);
            link.step(second);
            assertThat(peer.recv()).isNotNull();
            assertThat(link.isReady()).isTrue();
            assertThat(link.nextDeadline(second)).isEqualTo(2 * second);

            // When the peer, which had lost it, says its first word
            long soon = second + second / 5;
            link.handleHeartbeat(false, soon);
            assertThat(link.isReady()).isFalse();
            assertThat(link.nextDeadline(soon)).isLessThanOrEqualTo(soon);
            link.step(soon);

            // Then it is told
            assertThat(peer.recv()).isNotNull();
            link.close();
            sockets.close(peer);
        }
    }
}
