package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.TransportContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Who reaches the port and is no node does no harm. */
class ZmqUntrustedPeersTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    @BeforeAll
    static void openDescriptorKeptByJvm() throws IOException {
        TransportContract.openDescriptorKeptByJvm();
    }

    @Test
    @DisplayName(
            "K-17 HTTP, noise, an 8 MB frame, another version and a forged node: two nodes talk on, nothing comes in")
    void strangers() throws Exception {
        try (ZmqPair pair = new ZmqPair("max-message = '512KiB'", "")) {
            pair.awaitReady();
            int port = pair.a.address().port();
            byte[] noise = new byte[100_000];
            new Random(1).nextBytes(noise);
            raw(port, "GET /numbers HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            raw(port, noise);

            NodeIncarnation stranger = new NodeIncarnation("0.evil", 1);
            byte[] forged =
                    FrameWriter.write(new Frame(stranger, pair.a.self(), new Frame.Heartbeat(7, true, Map.of())));
            byte[] huge = Arrays.copyOf(forged, 8 * 1024 * 1024);
            byte[] newer = forged.clone();
            newer[2] = 2;
            try (ZContext context = new ZContext()) {
                ZMQ.Socket publisher = publisher(context, pair);
                publisher.send(Arrays.copyOf(FrameWriter.PREFIX, 900));
                publisher.send(newer);
                publisher.sendMore(forged);
                publisher.send("and more");
                publisher.send(forged);
                awaitRefused(pair, 4);
                publisher.send(huge); // ends its connection
                publisher(context, pair).send(forged);
                awaitRefused(pair, 5);
            }

            pair.b.publish("still here");
            await().atMost(SOON).until(() -> pair.a.texts().equals(List.of("still here")));
            assertThat(pair.a.transport().readyPeers()).containsExactly(pair.b.self());
            assertThat(pair.a.heartbeatsFrom()).containsExactly(pair.b.self());
        }
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    @DisplayName(
            "K-17 thousands of forged frames and silent connections cost no memory, and a line in the log once a while")
    void flood() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(ZmqTransport.class);
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(logged);
        List<Socket> silent = new ArrayList<>();
        try (ZmqPair pair = new ZmqPair("max-message = '512KiB'", "")) {
            pair.awaitReady();
            long before = used();
            NodeIncarnation stranger = new NodeIncarnation("0.evil", 1);
            byte[] beat = FrameWriter.write(new Frame(stranger, pair.a.self(), new Frame.Heartbeat(7, true, Map.of())));

            try (ZContext context = new ZContext()) {
                for (int i = 0; i < 10; i++) {
                    silent.add(new Socket(
                            InetAddress.getLoopbackAddress(), pair.a.address().port()));
                    publisher(context, pair).send(Arrays.copyOf(beat, 8 * 1024 * 1024)); // ends its connection
                }
                ZMQ.Socket publisher = publisher(context, pair);
                publisher.setSndHWM(0);
                for (int i = 0; i < 5_000; i++) {
                    publisher.send(beat);
                }

                // More than fits into a queue is dropped
                await().atMost(SOON).until(() -> pair.a.transport().stats().rejected() > 1_000);
            }

            pair.b.publish("still here");
            await().atMost(SOON).until(() -> pair.a.texts().equals(List.of("still here")));
            assertThat(pair.a.heartbeatsFrom()).containsExactly(pair.b.self());
            assertThat(used() - before).as("bytes").isLessThan(32L * 1024 * 1024);
            assertThat(List.copyOf(logged.list))
                    .filteredOn(event -> event.getFormattedMessage().startsWith("dropped what a stranger has sent"))
                    .hasSizeBetween(1, 4);
            for (Socket each : silent) {
                each.close();
            }
        } finally {
            logger.detachAppender(logged);
            logger.setLevel(null);
            logger.setAdditive(true);
        }
    }

    private static ZMQ.Socket publisher(ZContext context, ZmqPair pair) {
        ZMQ.Socket publisher = context.createSocket(SocketType.XPUB);
        publisher.setReceiveTimeOut(10_000);
        publisher.setHandshakeIvl(500); // a stranger's handshake hangs as often as any, one time in a hundred
        publisher.connect("tcp://" + pair.a.address());
        assertThat(publisher.recv()).as("a subscription").isNotNull();
        return publisher;
    }

    private static void awaitRefused(ZmqPair pair, int frames) {
        await().atMost(SOON).until(() -> pair.a.transport().stats().rejected() == frames);
    }

    private static void raw(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            // It was cut off, which is as good.
        }
    }

    @Test
    @DisplayName("K-21 with one secret two nodes talk; one with another secret, or none, is not heard")
    void secret(@TempDir Path folder) throws Exception {
        Path good = Files.writeString(folder.resolve("good"), "0123456789abcdef0123456789abcdef\n");
        Path other = Files.writeString(folder.resolve("other"), "fedcba9876543210fedcba9876543210\n");
        String secret = "secret-file = '" + good + "'";
        try (ZmqPair pair = new ZmqPair(secret, secret)) {
            pair.awaitReady();
            pair.a.publish("a secret");
            await().atMost(SOON).until(() -> pair.b.texts().equals(List.of("a secret")));
        }
        for (String stranger : List.of("secret-file = '" + other + "'", "")) {
            try (ZmqPair pair = new ZmqPair(secret, stranger)) {
                await().during(Duration.ofSeconds(2)).atMost(SOON).until(pair::isSilent);
            }
        }
    }

    @Test
    @DisplayName(
            "K-21 beyond loopback without a secret it does not start, nor with a secret that is none; each says why")
    void refusesToStart(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> new ZmqPair("bind = '0.0.0.0:0'", ""))
                .hasStackTraceContaining("cluster.secret-file")
                .hasStackTraceContaining("`insecure = true`");
        assertThatThrownBy(() -> new ZmqPair("bind = '0.0.0.0:0'\ninsecure = true", ""))
                .hasStackTraceContaining("`advertise`");
        assertThatThrownBy(() -> new ZmqPair("secret-file = '" + folder.resolve("none") + "'", ""))
                .hasStackTraceContaining("none")
                .hasStackTraceContaining("openssl rand -base64 24");
        Path weak = Files.writeString(folder.resolve("weak"), "sesame");
        assertThatThrownBy(() -> new ZmqPair("secret-file = '" + weak + "'", ""))
                .hasStackTraceContaining("has 6 characters");
        try (ZmqPair pair = new ZmqPair("", "")) {
            pair.awaitReady();
            assertThatThrownBy(() -> new ZmqPair("bind = '" + pair.a.address() + "'", ""))
                    .hasStackTraceContaining("cannot listen on " + pair.a.address());
        }
    }
}
