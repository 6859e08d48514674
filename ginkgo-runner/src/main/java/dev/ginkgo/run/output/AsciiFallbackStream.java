package dev.ginkgo.run.output;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.CharsetEncoder;
import java.util.Map;

/**
 * Prints what the character set of a terminal does not have (that of {@code LANG=C} is ASCII) in such characters as it
 * has; Java itself would print a question mark for each. Bytes go through as they are.
 */
public final class AsciiFallbackStream extends PrintStream {
    private static final Map<Character, String> REPLACEMENTS =
            Map.of('│', "|", '├', "|", '└', "`", '─', "-", '…', "...", '•', "*", '→', "->", 'µ', "u");

    private final CharsetEncoder encoder;

    private AsciiFallbackStream(PrintStream stream) {
        super(stream, true, stream.charset());
        encoder = stream.charset().newEncoder();
    }

    /** The stream itself, if it can print everything. */
    static PrintStream of(PrintStream stream) {
        CharsetEncoder encoder = stream.charset().newEncoder();
        return REPLACEMENTS.keySet().stream().allMatch(encoder::canEncode) ? stream : new AsciiFallbackStream(stream);
    }

    /** A writer that prints there; one that encodes by itself would not ask it. */
    public static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(
                new Writer() {
                    @Override
                    public void write(char[] characters, int from, int length) {
                        stream.print(new String(characters, from, length));
                    }

                    @Override
                    public void flush() {
                        stream.flush();
                    }

                    @Override
                    public void close() {
                        stream.flush();
                    }
                },
                true);
    }

    /** What println and printf come down to as well. */
    @Override
    public void print(String text) {
        super.print(plain(String.valueOf(text)));
    }

    private synchronized String plain(String text) {
        if (encoder.canEncode(text)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            plain.append(
                    encoder.canEncode(each)
                            ? String.valueOf(each)
                            : REPLACEMENTS.getOrDefault(each, String.valueOf(each)));
        }
        return plain.toString();
    }
}
