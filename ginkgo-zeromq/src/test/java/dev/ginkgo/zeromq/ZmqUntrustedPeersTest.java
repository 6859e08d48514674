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

/** Robustness against clients that reach the port but are not nodes. */
class ZmqUntrustedPeersTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    @BeforeAll
    static void openDescriptorKeptByJvm() throws IOException {
        TransportContract.openDescriptorKeptByJvm();
    }

    @Test
    @DisplayName(
            "K-17 HTTP, random bytes, an 8 MB frame, another version and a forged node do not disturb two nodes, and"
                    + " are rejected")
    void invalidInput_doesNotDisturbPeers() throws Exception {
        try (ZmqPair pair = new ZmqPair("max-message = '512KiB'", "")) {
            pair.awaitReady();
            int port = pair.a.address().port();
            byte[] noise = new byte[100_000];
            new Random(1).nextBytes(noise);
            sendRaw(port, "GET /numbers HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            sendRaw(port, noise);

            NodeIncarnation forger = new NodeIncarnation("0.evil", 1);
            byte[] forged = FrameWriter.write(
                    new Frame(forger, pair.a.self(), new Frame.Heartbeat(7, true, Map.of())), Frame.Features.NONE);
            byte[] huge = Arrays.copyOf(forged, 8 * 1024 * 1024);
            byte[] newerVersion = forged.clone();
            newerVersion[2] = 2;
            try (ZContext context = new ZContext()) {
                ZMQ.Socket publisher = publisher(context, pair);
                publisher.send(Arrays.copyOf(FrameWriter.PREFIX, 900));
                publisher.send(newerVersion);
                publisher.sendMore(forged);
                publisher.send("and more");
                publisher.send(forged);
                awaitRejected(pair, 4);
                publisher.send(huge); // closes the connection
                publisher(context, pair).send(forged);
                awaitRejected(pair, 5);
            }

            pair.b.publish("still here");
            await().atMost(TIMEOUT).until(() -> pair.a.texts().equals(List.of("still here")));
            assertThat(pair.a.transport().readyPeers()).containsExactly(pair.b.self());
            assertThat(pair.a.heartbeatsFrom()).containsExactly(pair.b.self());
        }
    }

    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    @DisplayName(
            "K-17 thousands of forged frames and silent connections use no memory, and are logged at a limited rate")
    void flood_usesNoMemory_andLogsRarely() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(ZmqTransport.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(appender);
        List<Socket> silentConnections = new ArrayList<>();
        try (ZmqPair pair = new ZmqPair("max-message = '512KiB'", "")) {
            pair.awaitReady();
            long usedBefore = usedMemory();
            NodeIncarnation forger = new NodeIncarnation("0.evil", 1);
            byte[] heartbeat = FrameWriter.write(
                    new Frame(forger, pair.a.self(), new Frame.Heartbeat(7, true, Map.of())), Frame.Features.NONE);

            try (ZContext context = new ZContext()) {
                for (int i = 0; i < 10; i++) {
                    silentConnections.add(new Socket(
                            InetAddress.getLoopbackAddress(), pair.a.address().port()));
                    publisher(context, pair).send(Arrays.copyOf(heartbeat, 8 * 1024 * 1024)); // closes the connection
                }
                ZMQ.Socket publisher = publisher(context, pair);
                for (int i = 0; i < 5_000; i++) {
                    publisher.send(heartbeat);
                }

                // Frames beyond the queue limit are dropped.
                await().atMost(TIMEOUT).until(() -> pair.a.transport().stats().rejected() > 1_000);
            }

            pair.b.publish("still here");
            await().atMost(TIMEOUT).until(() -> pair.a.texts().equals(List.of("still here")));
            assertThat(pair.a.heartbeatsFrom()).containsExactly(pair.b.self());
            // the frames of the senders are in memory until their threads have ended
            await().atMost(TIMEOUT)
                    .untilAsserted(() ->
                            assertThat(usedMemory() - usedBefore).as("bytes").isLessThan(32L * 1024 * 1024));
            assertThat(List.copyOf(appender.list))
                    .filteredOn(event -> event.getFormattedMessage().startsWith("rejected an invalid frame: "))
                    .hasSizeBetween(1, 4);
            for (Socket each : silentConnections) {
                each.close();
            }
        } finally {
            logger.detachAppender(appender);
            logger.setLevel(null);
            logger.setAdditive(true);
        }
    }

    private static ZMQ.Socket publisher(ZContext context, ZmqPair pair) {
        ZMQ.Socket publisher = context.createSocket(SocketType.XPUB);
        publisher.setReceiveTimeOut(10_000);
        publisher.setSndHWM(0); // it would drop what exceeds a thousand frames; effective only before the connection
        publisher.setHandshakeIvl(500); // one handshake in a hundred hangs, here as well
        publisher.connect("tcp://" + pair.a.address());
        assertThat(publisher.recv()).as("a subscription").isNotNull();
        return publisher;
    }

    private static void awaitRejected(ZmqPair pair, int frames) {
        await().atMost(TIMEOUT).until(() -> pair.a.transport().stats().rejected() == frames);
    }

    private static void sendRaw(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            // The node closed the connection, which is also correct.
        }
    }

    @Test
    @DisplayName("K-21 two nodes with the same secret exchange messages; with another secret, or none, they do not")
    void differentSecrets_exchangeNothing(@TempDir Path folder) throws Exception {
        Path secretFile = Files.writeString(folder.resolve("good"), "0123456789abcdef0123456789abcdef\n");
        Path otherFile = Files.writeString(folder.resolve("other"), "fedcba9876543210fedcba9876543210\n");
        String secretSetting = "secret-file = '" + secretFile + "'";
        try (ZmqPair pair = new ZmqPair(secretSetting, secretSetting)) {
            pair.awaitReady();
            pair.a.publish("a secret");
            await().atMost(TIMEOUT).until(() -> pair.b.texts().equals(List.of("a secret")));
        }
        for (String otherSetting : List.of("secret-file = '" + otherFile + "'", "")) {
            try (ZmqPair pair = new ZmqPair(secretSetting, otherSetting)) {
                await().during(Duration.ofSeconds(2)).atMost(TIMEOUT).until(pair::isSilent);
            }
        }
    }

    @Test
    @DisplayName(
            "K-21 the transport does not start beyond loopback without a secret, nor with an invalid secret; each error"
                    + " says why")
    void insecureOrInvalidSettings_failTheStart(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> new ZmqPair("bind = '0.0.0.0:0'", ""))
                .hasStackTraceContaining("cluster.secret-file")
                .hasStackTraceContaining("`insecure = true`");
        assertThatThrownBy(() -> new ZmqPair("bind = '0.0.0.0:0'\ninsecure = true", ""))
                .hasStackTraceContaining("`advertise`");
        assertThatThrownBy(() -> new ZmqPair("secret-file = '" + folder.resolve("none") + "'", ""))
                .hasStackTraceContaining("none")
                .hasStackTraceContaining("openssl rand -base64 24");
        Path shortSecret = Files.writeString(folder.resolve("weak"), "sesame");
        assertThatThrownBy(() -> new ZmqPair("secret-file = '" + shortSecret + "'", ""))
                .hasStackTraceContaining("has 6 characters");
        try (ZmqPair pair = new ZmqPair("", "")) {
            pair.awaitReady();
            assertThatThrownBy(() -> new ZmqPair("bind = '" + pair.a.address() + "'", ""))
                    .hasStackTraceContaining("cannot listen on " + pair.a.address());
        }
    }
}
