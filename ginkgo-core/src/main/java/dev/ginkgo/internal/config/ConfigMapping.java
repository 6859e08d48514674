package dev.ginkgo.internal.config;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mapping of a setting to keys: one key, or for a record one key for each component. */
sealed interface ConfigMapping<T> permits ConfigMapping.SingleKey, RecordMapping {

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
     */
    List<Field> fields(@Nullable Object defaultValue);

    /** Creates the value of the setting from the values of all fields, by their relative keys. */
    T assemble(Map<String, Object> values) throws InvalidValueException;

    /** Mapping to one key. */
    record SingleKey<T>(ValueType<T> type) implements ConfigMapping<T> {
        @Override
        public List<Field> fields(@Nullable Object defaultValue) {
            return List.of(new Field("", type, defaultValue));
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway"}) // the binder puts a value of the field's type under every key
        public T assemble(Map<String, Object> values) {
            return (T) values.get("");
        }
    }

    /** Returns the mapping for a class; a record is mapped to one key per component. */
    static <T> ConfigMapping<T> of(Class<T> type) {
        return isSection(type) ? RecordMapping.of(type, Set.of()) : new SingleKey<>(ScalarType.of(type));
    }

    /** Returns the mapping for the type of a default value, which may be a non-empty list. */
    @SuppressWarnings("unchecked") // the class is that of the value
    static <T> ConfigMapping<T> ofValue(T defaultValue) {
        if (defaultValue instanceof List<?> list) {
            if (list.isEmpty()) {
                throw new IllegalArgumentException(
                        "an empty list has no element type; declare it with list(key, Class)");
            }
            return (ConfigMapping<T>) ofList(list.getFirst().getClass());
        }
        return of((Class<T>) defaultValue.getClass());
    }

    static <E> ConfigMapping<List<E>> ofList(Class<E> element) {
        return new SingleKey<>(new ValueType.ListOf<>(ScalarType.of(element)));
    }

    static <E> ConfigMapping<Optional<E>> ofOptional(Class<E> element) {
        return new SingleKey<>(new ValueType.OptionalOf<>(ScalarType.of(element)));
    }

    /**
     * Returns whether a class is a record with one key per component. Size and Address are records too, but each is a
     * single value.
     */
    static boolean isSection(Class<?> type) {
        return type.isRecord() && type != Size.class && type != Address.class;
    }
}
