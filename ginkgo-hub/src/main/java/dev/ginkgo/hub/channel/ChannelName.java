package dev.ginkgo.hub.channel;

import dev.ginkgo.hub.message.InvalidChannelException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Channel name: a path such as {@code /numbers/even}. The same rules apply to every interface: after percent-decoding,
 * a name is valid UTF-8 of at most 255 bytes, starts with a slash, has no segment that is empty, {@code .} or {@code ..},
 * and no control character, and is case-sensitive. {@code *} and {@code >} are reserved for patterns, {@code ,/} for lists, and {@code /-/} for the
 * pages of the hub itself.
 *
 * @param text the decoded name
 */
public record ChannelName(String text) {
    static final int MAX_BYTES = 255;

    /** Number of characters of a rejected name that an error message shows. */
    private static final int MAX_SHOWN = 80;

    /**
     * Parses the path of a request.
     *
     * @param rawPath the path as received: percent-encoded, without query
     * @throws InvalidChannelException if it is not a valid channel name
     */
    public static ChannelName parse(String rawPath) {
        return isSimple(rawPath) ? new ChannelName(rawPath) : of(decode(rawPath));
    }

    /** Percent-decodes a path. The result is not checked against the rules for names. */
    static String decode(String rawPath) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(rawPath.length());
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                int high = i + 1 < rawPath.length() ? Character.digit(rawPath.charAt(i + 1), 16) : -1;
                int low = i + 2 < rawPath.length() ? Character.digit(rawPath.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw invalid(rawPath, "a % must be followed by two hexadecimal digits; write a plain % as %25");
                }
                bytes.write((high << 4) | low);
                i += 2;
            } else if (c > 0x7f) {
                throw invalid(rawPath, "a path must be ASCII; percent-encode the UTF-8 bytes of other characters");
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
            throw invalid(rawPath, "its percent-encoded bytes are not UTF-8");
        }
    }

    /**
     * Returns the channel name for a text that is not percent-encoded.
     *
     * @throws InvalidChannelException if it is not a valid channel name
     */
    public static ChannelName of(String text) {
        return isSimple(text) ? new ChannelName(text) : checked(text);
    }

    /** Returns whether a name consists of ASCII letters, digits, underscores and hyphens, and so is certainly valid. */
    private static boolean isSimple(String text) {
        int length = text.length();
        if (length < 2 || length > MAX_BYTES || text.charAt(0) != '/' || text.charAt(1) == '-') {
            return false;
        }
        char before = ' ';
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean inSegment =
                    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
            if (!inSegment && (c != '/' || before == '/')) {
                return false;
            }
            before = c;
        }
        return before != '/';
    }

    private static ChannelName checked(String text) {
        if (!text.startsWith("/")) {
            throw invalid(text, "it must start with a slash, as in \"/numbers\"");
        }
        if (bytes(text) > MAX_BYTES) {
            throw invalid(text, "it is longer than " + MAX_BYTES + " bytes of UTF-8");
        }
        if (text.contains("//") || text.endsWith("/")) {
            throw invalid(text, "a segment is empty; a name must not end with a slash or contain two in a row");
        }
        if (hasDotSegment(text)) {
            throw invalid(text, "a segment is \".\" or \"..\", which URL libraries and proxies remove");
        }
        if (text.contains(",/")) {
            throw invalid(text, "a comma before a slash is reserved for lists, which can only be subscribed to");
        }
        if (text.equals("/-") || text.startsWith("/-/")) {
            throw invalid(text, "names that start with /-/ are reserved for the hub");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw invalid(text, "it contains the control character U+%04X".formatted((int) c));
            }
            if (c == '*' || c == '>') {
                throw invalid(text, "\"" + c + "\" is reserved for patterns, which can only be subscribed to");
            }
        }
        return new ChannelName(text);
    }

    /** Returns the parts between the slashes, in a new array; the first is empty. */
    public String[] segments() {
        return ChannelSelector.segments(text);
    }

    private static boolean hasDotSegment(String text) {
        String closed = text + "/";
        return closed.contains("/./") || closed.contains("/../");
    }

    private static int bytes(String text) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(text))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw invalid(text, "it contains an unpaired surrogate, which UTF-8 cannot encode");
        }
    }

    private static InvalidChannelException invalid(String text, String reason) {
        StringBuilder shown = new StringBuilder();
        for (char c : text.substring(0, Math.min(MAX_SHOWN, text.length())).toCharArray()) {
            boolean plain = !Character.isISOControl(c) && !Character.isSurrogate(c);
            shown.append(plain ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
        return new InvalidChannelException(shown + (text.length() > MAX_SHOWN ? "…" : ""), reason);
    }

    @Override
    public String toString() {
        return text;
    }
}
