package dev.ginkgo.net.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    private static final Address PEER = Address.of("10.1.2.3:4567");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    @DisplayName("N-09 a blank line is a line, however the bytes are split into chunks")
    void readsBlankLines(int chunkSize) throws IOException {
        // Given
        LineReader lineReader = lines("a\n\n\r\nzwölf\r\nb\rc\r\r\n€ without end", chunkSize, Size.ofKibibytes(64));

        // Then
        assertThat(all(lineReader)).containsExactly("a", "", "", "zwölf", "b\rc\r", "€ without end");
        assertThat(lineReader.ended()).isTrue();
    }

    @Test
    void returnsNull_forAnEmptyStream() throws IOException {
        LineReader lineReader = lines("", 10, Size.ofKibibytes(64));
        assertThat(lineReader.next()).isNull();
        assertThat(lineReader.next()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", ""})
    void readsTheLongestPermittedLine(String lineEnd) throws IOException {
        assertThat(all(lines("12345678" + lineEnd, 3, Size.ofBytes(8)))).containsExactly("12345678");
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456789\n", "123456789\r\n", "123456789", "123456789 and no end in sight"})
    @DisplayName("N-08 a line longer than the limit is an error that names limit and peer")
    void rejectsLongerLines(String text) {
        LineReader lineReader = lines(text, 3, Size.ofBytes(8));
        assertThatThrownBy(lineReader::next)
                .isInstanceOf(IOException.class)
                .hasMessage("line longer than " + Size.ofBytes(8) + " from peer 10.1.2.3:4567");
    }

    @Test
    void readsManyLongLines() throws IOException {
        // Given
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add("x".repeat(i * 97));
        }

        // Then
        assertThat(all(lines(String.join("\n", sent) + "\n", 5_000, Size.ofKibibytes(64))))
                .isEqualTo(sent);
    }

    @Test
    void rejectsInvalidUtf8_andReadsTheNextLine() throws IOException {
        // Given
        byte[] bytes = {'a', (byte) 0xC3, '\n', 'b', '\n'};
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        LineReader lineReader = new LineReader(in::read, () -> Size.ofBytes(100), PEER);

        // Then
        assertThatThrownBy(lineReader::next)
                .isInstanceOf(IOException.class)
                .hasMessage("a line from peer 10.1.2.3:4567 is not valid UTF-8");
        assertThat(lineReader.next()).isEqualTo("b");
    }

    private static LineReader lines(String text, int chunkSize, Size maxLine) {
        ByteArrayInputStream in = new ByteArrayInputStream(text.getBytes(UTF_8));
        return new LineReader(
                (buffer, offset, length) -> in.read(buffer, offset, Math.min(chunkSize, length)), () -> maxLine, PEER);
    }

    private static List<String> all(LineReader lineReader) throws IOException {
        List<String> all = new ArrayList<>();
        for (String line = lineReader.next(); line != null; line = lineReader.next()) {
            all.add(line);
        }
        return all;
    }
}
