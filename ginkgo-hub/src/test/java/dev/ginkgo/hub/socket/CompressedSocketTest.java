package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.TestHub;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Compressed messages that a client sends on a WebSocket with the subprotocol {@code ginkgo.v1}. */
class CompressedSocketTest {
    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";
    private static final int TEXT = 0x81;
    private static final int COMPRESSED = 0xc1;

    private final TestHub testHub = TestHub.start("compression = 'all'", "max-body = '100KiB'");

    @AfterEach
    void close() {
        testHub.close();
    }

    private static byte[] deflate(String text) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(9, true);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater, 512, true)) {
            out.write(text.replace('\'', '"').getBytes(UTF_8));
            out.flush();
            byte[] flushed = bytes.toByteArray();
            return Arrays.copyOf(flushed, flushed.length - 4);
        } finally {
            deflater.end();
        }
    }

    private RawSocket connect() throws Exception {
        return new RawSocket(testHub.port(), OFFER);
    }

    private String answer(byte[]... frames) throws Exception {
        try (RawSocket socket = connect()) {
            for (byte[] each : frames) {
                socket.write(each);
            }
            return socket.read();
        }
    }

    @Test
    @DisplayName("H-257 compressed messages are served, whole and in fragments, between others")
    void compressedMessages_areServed() throws Exception {
        byte[] ping = deflate("{'type':'ping','request':2}");
        try (RawSocket socket = connect()) {
            socket.send("{'type':'ping','request':1}");
            assertThat(socket.read()).contains("\"request\":1");
            socket.write(RawSocket.frame(COMPRESSED, ping));
            assertThat(socket.read()).contains("pong", "\"request\":2");
            socket.write(RawSocket.frame(0x41, Arrays.copyOf(ping, 5)));
            socket.write(RawSocket.frame(0x89, new byte[3])); // a ping
            socket.write(RawSocket.frame(0x80, Arrays.copyOfRange(ping, 5, ping.length)));
            assertThat(socket.read()).contains("pong", "\"request\":2");
            // a long one, whose payload is compressed for the subscriber, too
            socket.send("{'type':'subscribe','channels':'/c','request':3}");
            assertThat(socket.read()).contains("subscribed");
            String data = "0123456789".repeat(10_000);
            socket.write(RawSocket.frame(
                    COMPRESSED, deflate("{'type':'publish','request':4,'channel':'/c','data':'" + data + "'}")));
            assertThat(socket.read()).contains("published", "\"request\":4");
        }
    }

    @Test
    @DisplayName("H-257 a compressed message that is too long, or not in the format, closes the WebSocket")
    void bombs_closeTheSocket() throws Exception {
        byte[] bomb = deflate("{'type':'publish','channel':'/c','data':'" + "0".repeat(50_000_000) + "'}");
        assertThat(bomb.length).isLessThan(60_000);
        assertThat(answer(RawSocket.frame(COMPRESSED, bomb)))
                .startsWith("close 1009 ")
                .contains("when it is decompressed");
        assertThat(answer(RawSocket.frame(COMPRESSED, "no deflate".getBytes(UTF_8))))
                .startsWith("close 1007 ")
                .contains("RFC 7692");

        // and many that are almost too long, in one read
        byte[] large = RawSocket.frame(
                COMPRESSED,
                deflate("{'type':'publish','request':1,'channel':'/c','data':'" + "0".repeat(100_000) + "'}"));
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 250; i++) {
            many.writeBytes(large);
        }
        assertThat(many.size()).isLessThan(64 * 1024);
        try (RawSocket socket = connect()) {
            socket.write(many.toByteArray());
            String last = socket.read();
            int published = 0;
            while (!last.startsWith("close")) {
                assertThat(last).contains("published");
                published++;
                last = socket.read();
            }
            assertThat(last).startsWith("close 1013 ").contains("more slowly");
            assertThat(published).isLessThan(250);
        }
    }

    @Test
    @DisplayName(
            "H-258 reserved bits that have no meaning close the WebSocket with 1002, and all of them if compression was"
                    + " not negotiated")
    void reservedBits_areChecked() throws Exception {
        byte[] ping = deflate("{'type':'ping','request':2}");
        assertThat(answer(RawSocket.frame(0xe1, ping))).startsWith("close 1002 ");
        assertThat(answer(RawSocket.frame(0xa1, ping))).startsWith("close 1002 ");
        assertThat(answer(RawSocket.frame(0xc9, new byte[3]))).startsWith("close 1002 ");
        assertThat(answer(RawSocket.frame(0x41, ping), RawSocket.frame(0xc0, new byte[0])))
                .startsWith("close 1002 ");
        try (RawSocket socket = new RawSocket(testHub.port())) {
            socket.write(RawSocket.frame(COMPRESSED, ping));
            assertThat(socket.read()).startsWith("close 1002 ");
        }
        try (RawSocket socket = connect()) {
            socket.write(RawSocket.frame(TEXT, "{\"type\":\"ping\",\"request\":1}".getBytes(UTF_8)));
            assertThat(socket.read()).contains("pong");
        }
    }
}
