package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.RecordingTransportListener;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.time.TimeSource;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
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

    @Test
    @DisplayName("K-75 256 messages that are published while the event loop is busy need two frames and no wake-up")
    void batch_needsTwoFrames() throws Exception {
        List<Frame> received = new ArrayList<>();
        try (EventSelector selector = new EventSelector(TimeSource.system());
                EventSelector otherSelector = new EventSelector(TimeSource.system());
                ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0))) {
            // Given a peer that is subscribed
            SubscriberSocket subscriber = new ZmqSockets(otherSelector, 1_000_000, null)
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
            SendQueues sendQueues = new SendQueues();
            ZmqPeer peer = new ZmqPeer(
                    new Peer(OTHER, new Address("127.0.0.1", ((InetSocketAddress) server.getLocalAddress()).getPort())),
                    SELF,
                    new RecordingTransportListener(),
                    new ZmqSockets(selector, 1_000_000, null),
                    sendQueues,
                    1_000_000,
                    0);
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (received.size() < 2) { // the features and a heartbeat
                selector.select(1);
                peer.step(0);
                otherSelector.select(1);
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            }
            long framesBefore = peer.frames();
            long interruptsBefore = selector.interrupts();
            received.clear();

            // When messages are published, and the event loop has its turn after that
            for (long sequence = 1; sequence <= MESSAGES; sequence++) {
                assertThat(sendQueues.offer(message(sequence))).isEqualTo(1);
                selector.wake();
            }
            selector.select(10_000);
            peer.step(0);

            // Then they are sent in two frames, of up to 64 KiB by the size in memory
            assertThat(peer.frames() - framesBefore).isEqualTo(2);
            assertThat(selector.interrupts()).isEqualTo(interruptsBefore);
            while (received.size() < 2) {
                otherSelector.select(10);
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            }
            assertThat(received.stream()
                            .flatMap(frame -> ((Frame.Messages) frame.body()).messages().stream())
                            .map(Envelope::sequence))
                    .isEqualTo(LongStream.rangeClosed(1, MESSAGES).boxed().toList());
            peer.close();
            subscriber.close();
        }
    }
}
