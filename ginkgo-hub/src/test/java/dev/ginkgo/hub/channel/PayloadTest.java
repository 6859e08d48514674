package dev.ginkgo.hub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PayloadTest {
    private static final int[] ENDS = {0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(64);

    @Test
    @DisplayName("H-324 a payload is text exactly if Java decodes it as UTF-8, whatever ASCII precedes it")
    void isText_asJavaDecodes() {
        for (int first = 0; first < 256; first++) {
            requireSame(first % 20, first);
            for (int second = 0; second < 256; second++) {
                requireSame(second % 20, first, second);
                if (first >= 0xdf) {
                    for (int third : ENDS) {
                        requireSame(second % 20, first, second, third);
                        for (int fourth : first < 0xf0 ? new int[] {0x41} : ENDS) {
                            requireSame(second % 20, first, second, third, fourth);
                        }
                    }
                }
            }
        }
    }

    private void requireSame(int ascii, int... bytes) {
        byte[] payload = new byte[ascii + bytes.length];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i < ascii ? 'a' : bytes[i - ascii]);
        }
        ByteBuffer in = ByteBuffer.wrap(payload);
        decoded.clear();
        decoder.reset();
        boolean valid = !decoder.decode(in, decoded, true).isError();
        if (Payload.relayed(payload, false).binary() == valid) { // asserts 300,000 times otherwise
            assertThat(payload).as("is " + (valid ? "" : "not ") + "UTF-8").isNull();
        }
    }
}
