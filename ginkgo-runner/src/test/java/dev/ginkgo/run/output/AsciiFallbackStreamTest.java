package dev.ginkgo.run.output;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AsciiFallbackStreamTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    @DisplayName(
            "R-22 if the character set has no box-drawing characters, trees and other symbols are printed in ASCII")
    void replacesUnsupportedCharacters() {
        PrintStream stream = AsciiFallbackStream.of(new PrintStream(bytes, true, US_ASCII));
        stream.println("├── a\n│   └── b");
        stream.print("… •");
        stream.printf(" %s%n", "12 µs →");
        AsciiFallbackStream.writer(stream).println("x…");
        assertThat(bytes.toString(US_ASCII)).isEqualTo("|-- a\n|   `-- b\n... * 12 us ->\nx...\n");
    }

    @Test
    @DisplayName("characters that the character set contains are printed unchanged, and so are raw bytes")
    void keepsSupportedCharactersAndBytes() {
        PrintStream latin = AsciiFallbackStream.of(new PrintStream(bytes, true, ISO_8859_1));
        latin.print("é µ …");
        assertThat(bytes.toString(ISO_8859_1)).isEqualTo("é µ ...");

        bytes.reset();
        byte[] utf8 = "├ …".getBytes(UTF_8);
        AsciiFallbackStream.of(new PrintStream(bytes, true, US_ASCII)).write(utf8, 0, utf8.length);
        assertThat(bytes.toByteArray()).isEqualTo(utf8);

        PrintStream whole = new PrintStream(bytes, true, UTF_8);
        assertThat(AsciiFallbackStream.of(whole)).isSameAs(whole);
    }
}
