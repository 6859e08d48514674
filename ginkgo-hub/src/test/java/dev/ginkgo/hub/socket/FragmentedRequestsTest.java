package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests that arrive in random fragments, frames and packets. */
class FragmentedRequestsTest {
    private static final int REQUESTS = 300;
    private static final int TEXT = 0x1;
    private static final int PING = 0x89;
    private static final int FIN = 0x80;

    private final Random random = new Random(10);

    @Test
    @DisplayName("H-385 each request is served once, in order, however it is masked and cut into fragments and packets")
    void fragments() throws Exception {
        // Given requests with characters of one to four bytes, some with escape sequences
        List<String> payloads = new ArrayList<>();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (int i = 0; i < REQUESTS; i++) {
            String payload =
                    i + " \u00e4\u20ac\ud83c\udf33".repeat(random.nextInt(random.nextInt(20) == 0 ? 2_000 : 20));
            payloads.add(payload);
            String data = random.nextInt(3) == 0 ? payload.replace("\u20ac", "\\u20ac") : payload;
            writeMessage(
                    "{\"type\":\"publish\",\"request\":%d,\"channel\":\"/c\",\"data\":\"%s\"}".formatted(i, data),
                    sent);
        }
        try (TestHub testHub = TestHub.startHub("history.count = " + REQUESTS);
                RawSocket publisher = new RawSocket(testHub.port())) {
            // When
            Thread writer = Thread.startVirtualThread(() -> writeInPackets(sent.toByteArray(), publisher));

            // Then
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(publisher.read()).startsWith("{\"type\":\"published\",\"request\":" + i + ",");
            }
            writer.join();
            try (RawSocket subscriber = new RawSocket(testHub.port())) {
                subscriber.send("{'type':'subscribe','request':1,'channels':'/c','since':'all'}");
                assertThat(subscriber.read()).contains("\"recovered\":true");
                for (String payload : payloads) {
                    assertThat(subscriber.read()).endsWith(",\"data\":\"" + payload + "\"}");
                }
            }
        }
    }

    /** Writes a message in fragments of random lengths, some of them empty, with pings in between. */
    private void writeMessage(String text, ByteArrayOutputStream out) {
        byte[] utf8 = text.getBytes(UTF_8);
        int opcode = TEXT;
        int from = 0;
        while (random.nextInt(3) > 0) {
            int to = from + random.nextInt(utf8.length - from + 1);
            out.writeBytes(masked(opcode, Arrays.copyOfRange(utf8, from, to)));
            if (random.nextInt(4) == 0) {
                out.writeBytes(masked(PING, new byte[random.nextInt(5)]));
            }
            opcode = 0;
            from = to;
        }
        out.writeBytes(masked(FIN | opcode, Arrays.copyOfRange(utf8, from, utf8.length)));
    }

    private byte[] masked(int head, byte[] payload) {
        byte[] frame = RawSocket.frame(head, payload);
        int start = frame.length - payload.length;
        for (int i = 0; i < 4; i++) {
            frame[start - 4 + i] = (byte) random.nextInt();
        }
        for (int i = 0; i < payload.length; i++) {
            frame[start + i] ^= frame[start - 4 + i % 4];
        }
        return frame;
    }

    private void writeInPackets(byte[] bytes, RawSocket socket) {
        try {
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(random.nextInt(5) == 0 ? 20_000 : 400));
                socket.write(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
