package dev.ginkgo.internal.config;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Converter;
import dev.ginkgo.config.Size;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mapping of a setting to keys: one key, or for a record, map or list of records the keys of a table. */
sealed interface ConfigMapping<T> permits ConfigMapping.SingleKey, RecordMapping, TableMapping {

    /**
     * Key of a setting.
     *
     * @param key relative to the key of the setting; empty if it is the key of the setting itself
     * @param type type of the values
     * @param defaultValue the default; null if a value is required
     */
    record Field(String key, ValueType<?> type, @Nullable Object defaultValue) {}

    /**
     * Returns the keys with their defaults.
     *
     * @param defaultValue the default of the setting; null if it is required
     * @param present the names of the entries that the configuration contains, if the user chooses them
     */
    List<Field> fields(@Nullable Object defaultValue, Collection<String> present);

    /** Creates the value of the setting from the values of all fields, by their relative keys. */
    T assemble(Map<String, Object> values, Collection<String> present) throws InvalidValueException;

    /** Returns whether the value contains a secret. */
    boolean secret();

    /** Mapping to one key. */
    record SingleKey<T>(ValueType<T> type) implements ConfigMapping<T> {
        @Override
        public List<Field> fields(@Nullable Object defaultValue, Collection<String> present) {
            boolean optional = defaultValue == null && type instanceof ValueType.OptionalOf<?>;
            return List.of(new Field("", type, optional ? Optional.empty() : defaultValue));
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway"}) // the binder puts a value of the field's type under every key
        public T assemble(Map<String, Object> values, Collection<String> present) {
            return (T) values.get("");
        }

        @Override
        public boolean secret() {
            return type.secret();
        }
    }

    /** Returns the values of the keys below a table, by their keys relative to it. */
    static Map<String, Object> below(String table, Map<String, Object> values) {
        Map<String, Object> below = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.equals(table)) {
                below.put("", value);
            } else if (key.startsWith(table + ".")) {
                below.put(key.substring(table.length() + 1), value);
            }
        });
        return below;
    }

    /** Returns the mapping for a class; a record is mapped to one key per component. */
    static <T> ConfigMapping<T> of(Class<T> type, List<Converter<?>> converters) {
        return isSection(type, converters)
                ? RecordMapping.of(type, Set.of(), converters)
                : new SingleKey<>(ScalarType.of(type, converters));
    }

    /** Returns the mapping for the type of a default value, which may be a non-empty list or map. */
    @SuppressWarnings("unchecked") // the class is that of the value
    static <T> ConfigMapping<T> ofValue(T defaultValue, List<Converter<?>> converters) {
        if (defaultValue instanceof List<?> list) {
            if (list.isEmpty()) {
                throw new IllegalArgumentException(
                        "an empty list has no element type; declare it with list(key, Class)");
            }
            return (ConfigMapping<T>) ofList(list.getFirst().getClass(), converters);
        }
        if (defaultValue instanceof Map<?, ?> map) {
            if (map.isEmpty()) {
                throw new IllegalArgumentException("an empty map has no value type; declare it with map(key, Class)");
            }
            return (ConfigMapping<T>) ofMap(map.values().iterator().next().getClass(), converters);
        }
        return of((Class<T>) defaultValue.getClass(), converters);
    }

    static <E> ConfigMapping<List<E>> ofList(Class<E> element, List<Converter<?>> converters) {
        return isSection(element, converters)
                ? TableMapping.ofList(of(element, converters))
                : new SingleKey<>(new ValueType.ListOf<>(ScalarType.of(element, converters)));
    }

    static <E> ConfigMapping<Map<String, E>> ofMap(Class<E> element, List<Converter<?>> converters) {
        return TableMapping.ofMap(of(element, converters));
    }

    static <E> ConfigMapping<Optional<E>> ofOptional(Class<E> element, List<Converter<?>> converters) {
        return new SingleKey<>(new ValueType.OptionalOf<>(ScalarType.of(element, converters)));
    }

    /**
     * Returns whether a class is a record with one key per component. Size and Address are records too, but each is a
     * single value, and so is a record with a converter.
     */
    static boolean isSection(Class<?> type, List<Converter<?>> converters) {
        return type.isRecord()
                && type != Size.class
                && type != Address.class
                && converters.stream().noneMatch(each -> each.type().isAssignableFrom(type));
    }
}
