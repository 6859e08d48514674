package dev.ginkgo.hub.framing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TextScanTest {
    @Test
    @DisplayName("H-382 the first byte that needs attention is found at every place of a text, whatever the others are")
    void findsFirst() {
        Random random = new Random(10);
        for (int i = 0; i < 50_000; i++) {
            byte[] text = new byte[random.nextInt(30)];
            random.nextBytes(text);
            if (random.nextBoolean()) {
                makePlain(text);
            }
            int from = random.nextInt(text.length + 1);
            assertThat(TextScan.endOfJsonRun(text, from)).isEqualTo(first(text, from, TextScanTest::endsJsonRun));
            assertThat(TextScan.endOfPlainRun(text, from)).isEqualTo(first(text, from, TextScanTest::endsPlainRun));
            byte[] copy = new byte[Long.BYTES];
            boolean copied = TextScan.copyWithoutEscapes(text, from, copy, 0);
            boolean plain = from + Long.BYTES <= first(text, from, b -> endsJsonRun(b) || endsPlainRun(b));
            assertThat(copied).isEqualTo(plain);
            if (plain) {
                assertThat(copy).isEqualTo(Arrays.copyOfRange(text, from, from + Long.BYTES));
            }
        }
    }

    /** Replaces most bytes that need attention, so that texts contain one of them on average. */
    private static void makePlain(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (i % 16 != 0) {
                text[i] = (byte) (text[i] | 0x30);
            }
        }
    }

    private static boolean endsJsonRun(int b) {
        return b < ' ' || b == '"' || b == '\\';
    }

    private static boolean endsPlainRun(int b) {
        return b < ' ' || b == 0xc2 || b == 0xe2;
    }

    private static int first(byte[] text, int from, IntPredicate predicate) {
        for (int i = from; i < text.length; i++) {
            if (predicate.test(text[i] & 0xff)) {
                return i;
            }
        }
        return text.length;
    }
}
