package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.framing.TextScan;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reader of requests in the form that nearly all of them have: one object with strings that contain no escape sequences, and a number.
 * It copies the payload once, as bytes. It rejects nothing: what may have another form, or an error, is left to a parser of all of
 * JSON. That parser accepts every object that this reader accepts, with the same members.
 */
final class PlainObjectReader {
    /** Numbers with so many digits are less than {@link SocketRequestParser#MAX_NUMBER}. */
    private static final int MAX_DIGITS = 15;

    private static final int MAX_NAME = 64;

    private final byte[] text;
    private final Map<String, String> strings = new LinkedHashMap<>();
    private @Nullable Payload data;
    private long number = -1;
    private int at;

    private PlainObjectReader(byte[] text) {
        this.text = text;
    }

    /**
     * Returns the members of an object, or null if it may have another form.
     *
     * @param utf8 valid UTF-8
     */
    static SocketRequestParser.@Nullable Members read(byte[] utf8) {
        PlainObjectReader reader = new PlainObjectReader(utf8);
        return reader.readObject()
                ? new SocketRequestParser.Members(reader.number, reader.strings, reader.data, null)
                : null;
    }

    private boolean readObject() {
        if (!skip('{')) {
            return false;
        }
        do {
            if (!readMember()) {
                return false;
            }
        } while (skip(','));
        if (!skip('}')) {
            return false;
        }
        skipWhitespace();
        return at == text.length && number >= 0;
    }

    private boolean readMember() {
        byte[] name = readString(MAX_NAME);
        if (name == null || !skip(':')) {
            return false;
        }
        String member = new String(name, UTF_8);
        if (member.equals(SocketRequestParser.REQUEST)) {
            return number < 0 && readNumber();
        }
        byte[] value = readString(text.length);
        if (value == null) {
            return false;
        }
        if (member.equals(SocketRequestParser.DATA)) {
            boolean first = data == null;
            data = Payload.examinedText(value);
            return first;
        }
        return strings.put(member, new String(value, UTF_8)) == null
                && strings.size() <= SocketRequestParser.MAX_MEMBERS;
    }

    private boolean readNumber() {
        skipWhitespace();
        int start = at;
        long value = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9' && at - start <= MAX_DIGITS) {
            value = 10 * value + text[at] - '0';
            at++;
        }
        number = value;
        int digits = at - start;
        return digits == 1 || (digits > 1 && digits <= MAX_DIGITS && text[start] != '0');
    }

    /** Reads a string; returns null if there is none, or one that is longer or contains escape sequences. */
    private byte @Nullable [] readString(int maxLength) {
        if (!skip('"')) {
            return null;
        }
        int end = TextScan.endOfJsonRun(text, at);
        if (end == text.length || text[end] != '"' || end - at > maxLength) {
            return null;
        }
        byte[] content = Arrays.copyOfRange(text, at, end);
        at = end + 1;
        return content;
    }

    /** Skips white space and a character; returns false if there is another one. */
    private boolean skip(char expected) {
        skipWhitespace();
        if (at == text.length || text[at] != expected) {
            return false;
        }
        at++;
        return true;
    }

    private void skipWhitespace() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
    }
}
