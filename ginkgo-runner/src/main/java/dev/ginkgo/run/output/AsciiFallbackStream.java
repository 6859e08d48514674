package dev.ginkgo.run.output;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.CharsetEncoder;
import java.util.Map;

/**
 * Print stream that replaces characters missing from the terminal's character set (ASCII with {@code LANG=C}) by ASCII
 * look-alikes, where Java would print a question mark. Bytes are passed through unchanged.
 */
public final class AsciiFallbackStream extends PrintStream {
    private static final Map<Character, String> REPLACEMENTS =
            Map.of('│', "|", '├', "|", '└', "`", '─', "-", '…', "...", '•', "*", '→', "->", 'µ', "u");

    private final CharsetEncoder encoder;

    private AsciiFallbackStream(PrintStream stream) {
        super(stream, true, stream.charset());
        encoder = stream.charset().newEncoder();
    }

    /** Returns the stream itself if it can encode every replaced character, otherwise a stream that replaces them. */
    static PrintStream of(PrintStream stream) {
        CharsetEncoder encoder = stream.charset().newEncoder();
        return REPLACEMENTS.keySet().stream().allMatch(encoder::canEncode) ? stream : new AsciiFallbackStream(stream);
    }

    /** Returns a writer that prints to the stream; {@code new PrintWriter(stream)} would bypass the replacement. */
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

    /** Also called by println and printf. */
    @Override
    public void print(String text) {
        super.print(replaced(String.valueOf(text)));
    }

    private synchronized String replaced(String text) {
        if (encoder.canEncode(text)) {
            return text;
        }
        StringBuilder replaced = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            replaced.append(
                    encoder.canEncode(each)
                            ? String.valueOf(each)
                            : REPLACEMENTS.getOrDefault(each, String.valueOf(each)));
        }
        return replaced.toString();
    }
}
