package dev.ginkgo.etcd.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object as etcd's gateway writes it: members with a zero value are left out, 64-bit numbers are strings, and
 * bytes are Base64. Immutable.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, Object> members;

    private JsonObject(Map<String, Object> members) {
        this.members = members;
    }

    /**
     * Parses one object.
     *
     * @throws IOException if the text is something else
     */
    public static JsonObject parse(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonObject object = next(parser);
            if (object == null) {
                throw new JsonParseException(parser, "the text is empty");
            }
            return object;
        }
    }

    static JsonFactory factory() {
        return FACTORY;
    }

    /** Reads the next of several objects; null at the end of the input. */
    static @Nullable JsonObject next(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            return null;
        }
        if (token != JsonToken.START_OBJECT) {
            throw new JsonParseException(parser, "a JSON object was expected, not " + token);
        }
        return object(parser);
    }

    private static JsonObject object(JsonParser parser) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Object value = value(parser);
            if (value != null) {
                members.put(name, value);
            }
        }
        return new JsonObject(members);
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Object item = value(parser);
                    if (item != null) {
                        items.add(item);
                    }
                }
                yield items;
            }
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    /** Returns a text, or the text of a number; empty if the member is missing. */
    public String text(String name) {
        return members.get(name) instanceof String text ? text : "";
    }

    /**
     * Returns a number; zero if the member is missing. A number of 64 bits without sign is returned with its bits.
     *
     * @throws IOException if the member is not a number
     */
    public long number(String name) throws IOException {
        String text = text(name);
        try {
            return text.isEmpty() ? 0 : text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("\"" + name + "\" is \"" + text + "\" instead of a number", e);
        }
    }

    /** Returns whether the member is {@code true}. */
    public boolean isTrue(String name) {
        return text(name).equals("true");
    }

    /** Returns an object; an empty one if the member is missing. */
    public JsonObject object(String name) {
        return members.get(name) instanceof JsonObject object ? object : new JsonObject(Map.of());
    }

    /** Returns the objects of an array; none if the member is missing. */
    public List<JsonObject> objects(String name) {
        return members.get(name) instanceof List<?> list
                ? list.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .toList()
                : List.of();
    }

    /** Returns the text whose UTF-8 bytes a member contains as Base64. */
    String decoded(String name) throws IOException {
        try {
            return new String(Base64.getDecoder().decode(text(name)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IOException("\"" + name + "\" is not Base64", e);
        }
    }

    /** Returns whether a member exists. */
    boolean has(String name) {
        return members.containsKey(name);
    }
}
