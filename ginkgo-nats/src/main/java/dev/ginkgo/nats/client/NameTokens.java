package dev.ginkgo.nats.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text as one token of a subject or key of NATS, and back. ASCII letters, digits, {@code -} and {@code _} stay as they are; every other
 * byte of UTF-8 is {@code =} and two upper case hexadecimal digits. So no token contains what NATS gives a meaning: a
 * dot, a space, {@code *}, {@code >} or a leading {@code $}. A token is valid in the key of a bucket too. Different texts have
 * different tokens; an empty text, which has none, is {@code =}.
 */
public final class NameTokens {
    private static final char ESCAPE = '=';
    private static final String EMPTY = "=";

    private NameTokens() {}

    /**
     * Returns the token of a text.
     *
     * @throws IllegalArgumentException if the text contains an unpaired surrogate
     */
    public static String encode(String text) {
        if (text.isEmpty()) {
            return EMPTY;
        }
        ByteBuffer bytes;
        try {
            bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the name contains an unpaired surrogate, which UTF-8 cannot encode", e);
        }
        StringBuilder token = new StringBuilder(text.length());
        while (bytes.hasRemaining()) {
            int b = bytes.get() & 0xff;
            if (isPlain(b)) {
                token.append((char) b);
            } else {
                token.append(ESCAPE).append(hex(b >> 4)).append(hex(b & 0xf));
            }
        }
        return token.toString();
    }

    /**
     * Returns the text of a token.
     *
     * @throws IllegalArgumentException if {@link #encode} returns this token for no text
     */
    public static String decode(String token) {
        if (token.equals(EMPTY)) {
            return "";
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(token.length());
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == ESCAPE && i + 2 < token.length()) {
                bytes.write(digit(token, i + 1) << 4 | digit(token, i + 2));
                i += 2;
            } else if (isPlain(c)) {
                bytes.write(c);
            } else {
                throw invalid(token);
            }
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
            if (!encode(text).equals(token)) {
                throw invalid(token);
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("\"" + token + "\" is not UTF-8", e);
        }
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }

    private static int digit(String token, int index) {
        int value = "0123456789ABCDEF".indexOf(token.charAt(index));
        if (value < 0) {
            throw invalid(token);
        }
        return value;
    }

    private static IllegalArgumentException invalid(String token) {
        return new IllegalArgumentException("\"" + token + "\" is not an encoded name");
    }
}
