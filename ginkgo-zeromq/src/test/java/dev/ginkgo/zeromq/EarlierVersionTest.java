package dev.ginkgo.zeromq;

import static dev.ginkgo.zeromq.EventLoops.keys;
import static dev.ginkgo.zeromq.EventLoops.runUntil;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.time.TimeSource;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Connections with nodes of earlier versions, which use JeroMQ. */
class EarlierVersionTest {
    private static final long MAX_FRAME_BYTES = 100_000;

    private static byte[] frame(String text, int size) {
        byte[] frame = new byte[size];
        byte[] bytes = ("gk" + text).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, frame, 0, bytes.length);
        return frame;
    }

    @ParameterizedTest(name = "{displayName} encrypted: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("K-76 a node of an earlier version receives the frames of this one, also after it has restarted:")
    void sendsToEarlierVersion(boolean encrypted) throws Exception {
        CurveKeys keys = keys(encrypted);
        Address address = FreePorts.free();
        try (EventSelector selector = new EventSelector(TimeSource.system())) {
            PublisherSocket publisher = new ZmqSockets(selector, MAX_FRAME_BYTES, keys).openPublisher(address, 0);
            for (int run = 0; run < 2; run++) {
                try (ZContext context = new ZContext()) {
                    // Given a node of an earlier version
                    ZMQ.Socket subscriber = context.createSocket(SocketType.SUB);
                    if (keys != null) {
                        subscriber.setCurveServer(true);
                        subscriber.setCurvePublicKey(keys.publicKey());
                        subscriber.setCurveSecretKey(keys.secretKey());
                    }
                    subscriber.setReceiveTimeOut(20_000);
                    subscriber.subscribe(FrameWriter.PREFIX);
                    subscriber.bind("tcp://" + address);
                    runUntil(
                            selector,
                            () -> {
                                publisher.step(TimeSource.system().nanos());
                                subscriber.getEvents(); // JeroMQ subscribes in the thread that uses the socket
                            },
                            () -> publisher.subscription() != 0);

                    // When this node sends frames, short and long
                    for (int size : new int[] {10, 255, 256, 70_000}) {
                        publisher.send(frame("x", size));
                    }
                    publisher.flush(TimeSource.system().nanos());

                    // Then all of them arrive
                    for (int size : new int[] {10, 255, 256, 70_000}) {
                        runUntil(selector, () -> {}, () -> (subscriber.getEvents() & ZMQ.Poller.POLLIN) != 0);
                        assertThat(subscriber.recv()).isEqualTo(frame("x", size));
                    }
                }
                runUntil(selector, () -> {}, () -> publisher.subscription() == 0);
            }
            publisher.close();
        }
    }

    @ParameterizedTest(name = "{displayName} encrypted: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("K-76 a node of an earlier version can send frames to this one, and its pings are answered:")
    void receivesFromEarlierVersion(boolean encrypted) throws Exception {
        CurveKeys keys = keys(encrypted);
        List<byte[]> received = new ArrayList<>();
        try (EventSelector selector = new EventSelector(TimeSource.system());
                ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0));
                ZContext context = new ZContext()) {
            SubscriberSocket subscriber = new ZmqSockets(selector, MAX_FRAME_BYTES, keys)
                    .openSubscriber(server, new SubscriberSocket.Receiver() {
                        @Override
                        public void received(byte[] frame) {
                            received.add(frame);
                        }

                        @Override
                        public void receivedMultipart() {}
                    });

            // Given a node of an earlier version that expects responses to its pings
            ZMQ.Socket publisher = context.createSocket(SocketType.XPUB);
            publisher.setHeartbeatIvl(50);
            publisher.setHeartbeatTimeout(2_000);
            publisher.setHandshakeIvl(500); // one of its handshakes in a hundred hangs
            if (keys != null) {
                publisher.setCurveServerKey(keys.publicKey());
                publisher.setCurvePublicKey(keys.publicKey());
                publisher.setCurveSecretKey(keys.secretKey());
            }
            publisher.connect("tcp://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort());
            runUntil(selector, () -> {}, () -> (publisher.getEvents() & ZMQ.Poller.POLLIN) != 0);
            assertThat(publisher.recv()).containsExactly(1, 'g', 'k');

            // When it sends frames, short and long
            int[] sizes = {10, 255, 256, 70_000};
            for (int size : sizes) {
                publisher.send(frame("y", size));
            }

            // Then all of them arrive
            runUntil(selector, () -> {}, () -> received.size() == sizes.length);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(received.get(i)).isEqualTo(frame("y", sizes[i]));
            }
            subscriber.close();
        }
    }
}
