package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.RecordingTransportListener;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What one peer takes of the turns of the event loop. The test is the event loop of both nodes. */
class PeerTurnTest {
    private static final NodeIncarnation SELF = new NodeIncarnation("10.0.0.1:4440", 1);
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 1);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int QUEUE_BYTES = 64 * 1024 * 1024;
    private static final int MAX_FRAME = 1_000_000;
    private static final int MESSAGE_BYTES = 60_000; // each needs a frame of its own
    private static final int MESSAGES = 25;

    private final SendQueues sendQueues = new SendQueues();
    private final EventSelector selector = new EventSelector(TimeSource.system());
    private final EventSelector otherSelector = new EventSelector(TimeSource.system());
    private int received;
    private long sequence;
    private final SubscriberSocket subscriber;
    private final ZmqPeer peer;

    PeerTurnTest() throws IOException {
        ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0));
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        subscriber = new ZmqSockets(otherSelector, MAX_FRAME, null)
                .openSubscriber(server, new SubscriberSocket.Receiver() {
                    @Override
                    public void received(byte[] frame) {
                        received++;
                    }

                    @Override
                    public void receivedMultipart() {
                        throw new AssertionError("multipart message");
                    }
                });
        peer = new ZmqPeer(
                new Peer(OTHER, new Address("127.0.0.1", port)),
                SELF,
                new RecordingTransportListener(),
                new ZmqSockets(selector, MAX_FRAME, null),
                sendQueues,
                QUEUE_BYTES,
                0);
    }

    @BeforeEach
    void awaitReady() throws IOException {
        awaitReceived(2, 0); // the features and a heartbeat
        peer.handleHeartbeat(true, SECOND);
        awaitReceived(4, SECOND); // as above, because the peer is ready now
    }

    private void awaitReceived(int frames, long now) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (received < frames) {
            selector.select(1);
            peer.step(now);
            otherSelector.select(1);
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        subscriber.close();
        selector.close();
        otherSelector.close();
    }

    private void publish() {
        sequence++;
        Envelope message =
                new Envelope(SELF, sequence, sequence - 1, "/n", false, new byte[MESSAGE_BYTES], 0, Optional.empty());
        assertThat(sendQueues.offer(message)).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "K-87 however much waits for a peer, it is sent in turns of 1 MiB and one frame, between those of other connections")
    void queueOfOnePeer_isSentInTurns() throws Exception {
        // Given a peer that has more to read than one turn
        int before = received;
        long framesBefore = peer.frames();
        for (int n = 0; n < MESSAGES; n++) {
            publish();
        }

        // When
        peer.step(SECOND);

        // Then the rest follows without being woken
        assertThat(peer.frames() - framesBefore).isBetween(1L, (1024 * 1024) / (long) MESSAGE_BYTES + 1);
        awaitReceived(before + MESSAGES, SECOND);
    }

    @Test
    @DisplayName("K-88 while a peer accepts nothing more, the event loop sleeps until it does, or until a timeout")
    void fullConnection_isNotPolled() throws Exception {
        // Given a peer that does not read
        long framesBefore = -1;
        while (framesBefore != peer.frames()) {
            framesBefore = peer.frames();
            publish();
            publish();
            selector.select(1);
            peer.step(SECOND);
        }

        // When a heartbeat is due
        long later = 5 * SECOND / 2;
        peer.step(later);

        // Then
        assertThat(peer.nextDeadline(later)).isGreaterThan(later + SECOND);
    }

    @Test
    @DisplayName(
            "K-89 a connection that fails while it is written is replaced as soon as one that fails while it is read")
    void failedWrite_isRetriedAtOnce() throws Exception {
        // Given a peer that has reset the connection, which this node has not noticed
        publish();
        peer.step(SECOND);
        subscriber.close();
        otherSelector.select(1);

        // When messages are sent until a write fails
        long framesBefore = peer.frames();
        while (peer.isReady()) {
            framesBefore = peer.frames();
            publish();
            peer.step(SECOND);
        }

        // Then the turn in which it fails ends the connection
        assertThat(peer.frames()).isGreaterThan(framesBefore);
        assertThat(peer.nextDeadline(SECOND)).isLessThanOrEqualTo(SECOND + SECOND / 10);
    }
}
