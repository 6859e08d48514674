package dev.ginkgo.nats.coordinator;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Value of an entry in the bucket: lines of the form {@code name=value}, so that {@code nats kv get} shows them readably. An
 * unknown field is ignored, so that a later version can add one. Immutable.
 */
final class EntryFields {
    private final Map<String, String> values;

    private EntryFields(Map<String, String> values) {
        this.values = values;
    }

    static EntryFields empty() {
        return new EntryFields(Map.of());
    }

    /** Returns a copy with one more field; a line break in the value becomes a space. */
    EntryFields with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value.toString().replaceAll("\\R", " "));
        return new EntryFields(more);
    }

    EntryFields with(String name, Optional<?> value) {
        return value.isPresent() ? with(name, value.get()) : this;
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static EntryFields decode(byte[] bytes) {
        Map<String, String> values = new LinkedHashMap<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return new EntryFields(values);
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /**
     * Returns a field.
     *
     * @throws IllegalArgumentException if the entry does not have it
     */
    String get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("the field " + name + " is missing"));
    }

    long number(String name) {
        return Long.parseLong(get(name));
    }
}
