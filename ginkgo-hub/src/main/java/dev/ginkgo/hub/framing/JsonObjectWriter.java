package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;

/** Writes one JSON object in UTF-8 into a buffer on the heap, and creates nothing in between. Strings are escaped by {@link JsonEscaper}. */
public final class JsonObjectWriter {
    private final ByteBuf out;
    private char separator = '{';

    /** Creates a writer that appends to a buffer. */
    public JsonObjectWriter(ByteBuf out) {
        this.out = out;
    }

    /**
     * Writes a member.
     *
     * @param name of ASCII characters that need not be escaped, as in all methods
     * @param value text; an unpaired surrogate, which UTF-8 cannot encode, becomes a question mark
     */
    public JsonObjectWriter string(String name, String value) {
        if (!isPlainAscii(value)) {
            return utf8(name, value.getBytes(UTF_8));
        }
        name(name);
        out.writeByte('"');
        ByteBufUtil.writeAscii(out, value);
        out.writeByte('"');
        return this;
    }

    /** Writes a member whose value is text in UTF-8. */
    JsonObjectWriter utf8(String name, byte[] value) {
        name(name);
        out.writeByte('"');
        JsonEscaper.write(value, out);
        out.writeByte('"');
        return this;
    }

    /** Writes a member whose value is the Base64 encoding of bytes (RFC 4648, section 4). */
    JsonObjectWriter base64(String name, byte[] value) {
        name(name);
        out.writeByte('"').writeBytes(Base64.getEncoder().encode(value)).writeByte('"');
        return this;
    }

    /** Writes a member whose value is an integer. */
    public JsonObjectWriter number(String name, long value) {
        return literal(name, Long.toString(value));
    }

    /** Writes a member whose value is a truth value. */
    public JsonObjectWriter bool(String name, boolean value) {
        return literal(name, Boolean.toString(value));
    }

    /** Writes a member whose value is an object that has been written already. */
    public JsonObjectWriter object(String name, String json) {
        name(name);
        out.writeCharSequence(json, UTF_8);
        return this;
    }

    /**
     * Writes a member whose value is an array of objects.
     *
     * @param values at least one
     * @param members writes the members of each object
     */
    public <T> JsonObjectWriter objects(String name, List<T> values, BiConsumer<T, JsonObjectWriter> members) {
        name(name);
        char before = '[';
        for (T value : values) {
            out.writeByte(before);
            JsonObjectWriter object = new JsonObjectWriter(out);
            members.accept(value, object);
            object.end();
            before = ',';
        }
        out.writeByte(']');
        return this;
    }

    private JsonObjectWriter literal(String name, String value) {
        name(name);
        ByteBufUtil.writeAscii(out, value);
        return this;
    }

    /** Writes the end of the object. */
    public void end() {
        if (separator == '{') {
            out.writeByte('{');
        }
        out.writeByte('}');
    }

    private void name(String name) {
        out.writeByte(separator).writeByte('"');
        ByteBufUtil.writeAscii(out, name);
        out.writeByte('"').writeByte(':');
        separator = ',';
    }

    private static boolean isPlainAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
