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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a batch of messages costs. The test is the event loop of both nodes. */
class BatchTest {
    private static final int MESSAGES = 256;
    private static final NodeIncarnation SELF = new NodeIncarnation("10.0.0.1:4440", 1);
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 1);

    private static Envelope message(long sequence) {
        return new Envelope(SELF, sequence, sequence - 1, "/n", false, new byte[64], 0, Optional.empty());
    }

    private final List<Frame> received = new ArrayList<>();
    private final SendQueues sendQueues = new SendQueues();
    private final EventSelector selector = new EventSelector(TimeSource.system());
    private final EventSelector otherSelector = new EventSelector(TimeSource.system());
    private final SubscriberSocket subscriber;
    private final ZmqPeer peer;
    private final long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();

    BatchTest() throws IOException {
        ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0));
        subscriber = new ZmqSockets(otherSelector, 1_000_000, null)
                .openSubscriber(server, new SubscriberSocket.Receiver() {
                    @Override
                    public void received(byte[] frame) {
                        try {
                            received.add(FrameReader.read(frame));
                        } catch (InvalidFrameException e) {
                            throw new AssertionError(e);
                        }
                    }

                    @Override
                    public void receivedMultipart() {
                        throw new AssertionError("multipart message");
                    }
                });
        peer = new ZmqPeer(
                new Peer(OTHER, new Address("127.0.0.1", ((InetSocketAddress) server.getLocalAddress()).getPort())),
                SELF,
                new RecordingTransportListener(),
                new ZmqSockets(selector, 1_000_000, null),
                sendQueues,
                1_000_000,
                0);
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        subscriber.close();
        selector.close();
        otherSelector.close();
    }

    /** Connects, until the peer is ready. */
    private void connect() throws IOException {
        while (received.size() < 2) { // the features and a heartbeat
            selector.select(1);
            peer.step(0);
            receive();
        }
        peer.handleHeartbeat(true, 0);
        peer.step(0);
        while (received.size() < 4) { // once more
            receive();
        }
        received.clear();
    }

    private void receive() throws IOException {
        otherSelector.select(10);
        assertThat(System.nanoTime()).as("time").isLessThan(deadline);
    }

    private void publish(int messages) {
        for (long sequence = 1; sequence <= messages; sequence++) {
            assertThat(sendQueues.offer(message(sequence))).isEqualTo(1);
            selector.wake();
        }
    }

    @Test
    @DisplayName("K-75 256 messages that are published while the event loop is busy need two frames and no wake-up")
    void batch_needsTwoFrames() throws Exception {
        // Given a peer that is subscribed
        connect();
        long framesBefore = peer.frames();
        long interruptsBefore = selector.interrupts();

        // When messages are published, and the event loop has its turn after that
        publish(MESSAGES);
        selector.select(10_000);
        peer.step(0);

        // Then they are sent in two frames, of up to 64 KiB by the size in memory
        assertThat(peer.frames() - framesBefore).isEqualTo(2);
        assertThat(selector.interrupts()).isEqualTo(interruptsBefore);
        while (received.size() < 2) {
            receive();
        }
        assertThat(received.stream()
                        .flatMap(frame -> ((Frame.Messages) frame.body()).messages().stream())
                        .map(Envelope::sequence))
                .isEqualTo(LongStream.rangeClosed(1, MESSAGES).boxed().toList());
    }

    @Test
    @DisplayName(
            "K-81 a heartbeat that is due does not wait until no message does: it has the positions of other origins, by"
                    + " which the peer detects what it has missed of them")
    void heartbeat_isSentBetweenMessages() throws Exception {
        connect();
        publish(3 * MESSAGES);
        peer.step(Duration.ofSeconds(1).toNanos());
        while (received.size() < 5) {
            receive();
        }
        Frame.Messages first = (Frame.Messages) received.getFirst().body();
        assertThat(received.get(1).body())
                .isInstanceOfSatisfying(
                        Frame.Heartbeat.class,
                        heartbeat -> assertThat(heartbeat.last())
                                .isEqualTo(first.messages().getLast().sequence()));
        assertThat(received.subList(2, 5)).allMatch(frame -> frame.body() instanceof Frame.Messages);
    }
}
