package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Strings of JSON, and the search for what must be escaped in them, at every place of a word of eight bytes. */
class JsonEscaperTest {
    /** Characters that are escaped, that begin like them, and others. */
    private static final int[] CHARACTERS =
            "\0\b\t\n\u000b\f\r\u001c\u001e\u001f !\"/\\a~\u007f\u0080\u0084\u0085\u0086\u00a8\u00c2\u00e2\u1028\u2027\u2028\u2029\u202a\u4e00\uffff\ud83c\udf33"
                    .codePoints()
                    .toArray();

    private final JsonFactory jackson = new JsonFactory();

    @Test
    @DisplayName("H-382 every text is read back from its JSON by Jackson, and its JSON contains no line end of Unicode")
    void textIsReadBack() throws IOException {
        Random random = new Random(10);
        for (int i = 0; i < 4_000; i++) {
            assertReadBack(randomText(random, random.nextInt(60), random.nextInt(20)));
        }
        assertReadBack(randomText(random, 10_000, 2)); // more than a block, most of it escaped
        assertReadBack("\u2028".repeat(3_000)); // a character across the end of each block
    }

    /** Returns text in which one of {@code plain + 1} characters is special. */
    private static String randomText(Random random, int length, int plain) {
        return IntStream.range(0, length)
                .map(_ -> random.nextInt(plain + 1) == 0 ? CHARACTERS[random.nextInt(CHARACTERS.length)] : 'x')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private void assertReadBack(String text) throws IOException {
        ByteBuf out = Unpooled.buffer(0);
        new JsonObjectWriter(out)
                .utf8("text", text.getBytes(UTF_8))
                .string("again", text)
                .end();
        String json = out.toString(UTF_8);
        assertThat(json).doesNotContainPattern("[\\x00-\\x1f\\x{85}\\x{2028}\\x{2029}]");
        try (JsonParser parser = jackson.createParser(json)) {
            parser.nextToken();
            for (String name : new String[] {"text", "again"}) {
                assertThat(parser.nextFieldName()).isEqualTo(name);
                assertThat(parser.nextTextValue()).isEqualTo(text);
            }
        }
    }
}
