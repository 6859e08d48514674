package dev.ginkgo.internal.config;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keys make the value of a setting: one, or for a record one for each component. */
sealed interface ConfigMapping<T> permits ConfigMapping.SingleKey, RecordMapping {

    /**
     * One key of a setting.
     *
     * @param key relative to the setting's own; empty if it is that itself
     * @param type what its values are
     * @param defaultValue its value if nothing gives one; null if it must be given
     */
    record Field(String key, ValueType<?> type, @Nullable Object defaultValue) {}

    /** The keys, with the values that they have by default. */
    List<Field> fields(@Nullable Object byDefault);

    /** The value made of those of all fields, by their relative keys. */
    T assemble(Map<String, Object> values) throws InvalidValueException;

    /** One key. */
    record SingleKey<T>(ValueType<T> type) implements ConfigMapping<T> {
        @Override
        public List<Field> fields(@Nullable Object byDefault) {
            return List.of(new Field("", type, byDefault));
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway"}) // the binder puts in what the type has read, for each field
        public T assemble(Map<String, Object> values) {
            return (T) values.get("");
        }
    }

    /** The shape for a class, a record included. */
    static <T> ConfigMapping<T> of(Class<T> type) {
        return isSection(type) ? RecordMapping.of(type, Set.of()) : new SingleKey<>(ScalarType.of(type));
    }

    /** The shape for a default value, a list with elements included. */
    @SuppressWarnings("unchecked") // the value's own class
    static <T> ConfigMapping<T> ofValue(T byDefault) {
        if (byDefault instanceof List<?> list) {
            if (list.isEmpty()) {
                throw new IllegalArgumentException("an empty list has no type; declare it by list(key, Class)");
            }
            return (ConfigMapping<T>) ofList(list.getFirst().getClass());
        }
        return of((Class<T>) byDefault.getClass());
    }

    static <E> ConfigMapping<List<E>> ofList(Class<E> element) {
        return new SingleKey<>(new ValueType.ListOf<>(ScalarType.of(element)));
    }

    static <E> ConfigMapping<Optional<E>> ofOptional(Class<E> some) {
        return new SingleKey<>(new ValueType.OptionalOf<>(ScalarType.of(some)));
    }

    /** Whether a class is a record to be flattened. Size and Address are records too, but each is one value. */
    static boolean isSection(Class<?> type) {
        return type.isRecord() && type != Size.class && type != Address.class;
    }
}
