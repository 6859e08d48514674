package dev.ginkgo.zeromq;

import static dev.ginkgo.zeromq.EventLoops.keys;
import static dev.ginkgo.zeromq.EventLoops.runUntil;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.Python;
import dev.ginkgo.time.TimeSource;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections with libzmq, the reference implementation of ZMTP, in a Python process that sends pings, too. */
class LibzmqTest {
    private static final long MAX_FRAME_BYTES = 100_000;
    private static final String PREFIX = new String(FrameWriter.PREFIX, StandardCharsets.US_ASCII);
    private static final int[] SIZES = {10, 255, 256, 70_000};

    private static ExternalProcess libzmq(String mode, @Nullable CurveKeys keys, String... more) throws Exception {
        HexFormat hex = HexFormat.of();
        String pair = keys == null ? "none" : hex.formatHex(keys.publicKey()) + ":" + hex.formatHex(keys.secretKey());
        Stream<String> sizes = IntStream.of(SIZES).mapToObj(Integer::toString);
        return Python.run(
                "libzmq.py",
                Stream.of(Stream.of(mode, PREFIX, pair), Stream.of(more), sizes)
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }

    private static byte[] content(int size) {
        return (PREFIX + "x".repeat(size - PREFIX.length())).getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest(name = "{displayName} encrypted: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("K-85 libzmq receives the frames of a node:")
    void sendsToLibzmq(boolean encrypted) throws Exception {
        // Given a subscriber of libzmq
        CurveKeys keys = keys(encrypted);
        try (ExternalProcess libzmq = libzmq("receive", keys).awaitOutput("\n");
                EventSelector selector = new EventSelector(TimeSource.system())) {
            int port = Integer.parseInt(libzmq.lines().getFirst().substring("port ".length()));
            PublisherSocket publisher =
                    new ZmqSockets(selector, MAX_FRAME_BYTES, keys).openPublisher(new Address("127.0.0.1", port), 0);
            runUntil(selector, () -> publisher.step(TimeSource.system().nanos()), () -> publisher.subscription() != 0);

            // When a node sends it frames, short and long
            for (int size : SIZES) {
                publisher.send(content(size));
            }
            publisher.flush(TimeSource.system().nanos());

            // Then all of them arrive
            runUntil(selector, () -> {}, () -> libzmq.lines().size() > SIZES.length);
            assertThat(libzmq.lines().stream().skip(1))
                    .containsExactly(
                            IntStream.of(SIZES).mapToObj(size -> size + " True").toArray(String[]::new));
            publisher.close();
        }
    }

    @ParameterizedTest(name = "{displayName} encrypted: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("K-85 libzmq sends frames to a node, and its pings are answered:")
    void receivesFromLibzmq(boolean encrypted) throws Exception {
        // Given a node that waits for frames
        CurveKeys keys = keys(encrypted);
        List<byte[]> received = new ArrayList<>();
        try (EventSelector selector = new EventSelector(TimeSource.system());
                ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0))) {
            SubscriberSocket subscriber = new ZmqSockets(selector, MAX_FRAME_BYTES, keys)
                    .openSubscriber(server, new SubscriberSocket.Receiver() {
                        @Override
                        public void received(byte[] frame) {
                            received.add(frame);
                        }

                        @Override
                        public void receivedMultipart() {}
                    });

            // When a publisher of libzmq connects and sends frames, short and long
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            try (ExternalProcess libzmq = libzmq("send", keys, Integer.toString(port))) {
                runUntil(
                        selector,
                        () -> assertThat(libzmq.isAlive()).as(libzmq.output()).isTrue(),
                        () -> received.size() == SIZES.length);

                // Then all of them arrive
                for (int i = 0; i < SIZES.length; i++) {
                    assertThat(received.get(i)).isEqualTo(content(SIZES[i]));
                }
            }
            subscriber.close();
        }
    }
}
