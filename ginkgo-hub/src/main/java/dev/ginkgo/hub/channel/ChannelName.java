package dev.ginkgo.hub.channel;

import dev.ginkgo.hub.message.InvalidChannelException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The name of a channel: a path such as {@code /numbers/even}. One rule holds on every front: after percent-decoding
 * it is valid UTF-8 of at most 255 bytes, begins with a slash, has no empty segment and no control character, and its
 * case matters. {@code *} and {@code >} are kept for patterns, {@code ,/} for lists, {@code /-/} for the hub's own pages.
 *
 * @param text the decoded form
 */
public record ChannelName(String text) {
    static final int MAX_BYTES = 255;

    /** Longest text that is shown in an error. */
    private static final int SHOWN = 80;

    /**
     * The name that the path of a request stands for.
     *
     * @param rawPath as it came, percent-encoded, without query
     * @throws InvalidChannelException if it is none
     */
    public static ChannelName parse(String rawPath) {
        return of(decode(rawPath));
    }

    /** A path without its percent-encoding; what it says is not looked at. */
    static String decode(String rawPath) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(rawPath.length());
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                int high = i + 1 < rawPath.length() ? Character.digit(rawPath.charAt(i + 1), 16) : -1;
                int low = i + 2 < rawPath.length() ? Character.digit(rawPath.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw bad(rawPath, "a % must be followed by two hexadecimal digits; write a plain % as %25");
                }
                bytes.write((high << 4) | low);
                i += 2;
            } else if (c > 0x7f) {
                throw bad(rawPath, "a path is written in ASCII; percent-encode the UTF-8 of anything else");
            } else {
                bytes.write(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad(rawPath, "its percent-encoded bytes are not UTF-8");
        }
    }

    /**
     * The name that a program writes, not encoded.
     *
     * @throws InvalidChannelException if it is none
     */
    public static ChannelName of(String text) {
        if (!text.startsWith("/")) {
            throw bad(text, "it must begin with a slash, as in \"/numbers\"");
        }
        if (bytes(text) > MAX_BYTES) {
            throw bad(text, "it is longer than " + MAX_BYTES + " bytes of UTF-8");
        }
        if (text.contains("//") || text.endsWith("/")) {
            throw bad(text, "a segment is empty; a name has no slash at its end and no two in a row");
        }
        if (text.contains(",/")) {
            throw bad(text, "a comma before a slash is kept for lists, which can only be read");
        }
        if (text.equals("/-") || text.startsWith("/-/")) {
            throw bad(text, "what begins with /-/ is the hub's own");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw bad(text, "it holds the control character U+%04X".formatted((int) c));
            }
            if (c == '*' || c == '>') {
                throw bad(text, "\"" + c + "\" is kept for patterns, which can only be read");
            }
        }
        return new ChannelName(text);
    }

    private static int bytes(String text) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(text))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw bad(text, "half a surrogate pair has no UTF-8");
        }
    }

    private static InvalidChannelException bad(String text, String reason) {
        StringBuilder shown = new StringBuilder();
        for (char c : text.substring(0, Math.min(SHOWN, text.length())).toCharArray()) {
            boolean plain = !Character.isISOControl(c) && !Character.isSurrogate(c);
            shown.append(plain ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
        return new InvalidChannelException(shown + (text.length() > SHOWN ? "…" : ""), reason);
    }

    @Override
    public String toString() {
        return text;
    }
}
