package dev.ginkgo;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keys make the value of a setting: one, or for a record one for each component. */
sealed interface Shape<T> permits Shape.Single, RecordShape {

    /**
     * One key of a setting.
     *
     * @param key relative to the setting's own; empty if it is that itself
     * @param type what its values are
     * @param byDefault its value if nothing gives one; null if it must be given
     */
    record Field(String key, ValueType<?> type, @Nullable Object byDefault) {}

    /** The keys, with the values that they have by default. */
    List<Field> fields(@Nullable Object byDefault);

    /** The value made of those of all fields, by their relative keys. */
    T assemble(Map<String, Object> values) throws BadValue;

    /** One key. */
    record Single<T>(ValueType<T> type) implements Shape<T> {
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
    static <T> Shape<T> of(Class<T> type) {
        return isTable(type) ? RecordShape.of(type, Set.of()) : new Single<>(Scalar.of(type));
    }

    /** The shape for a default value, a list with elements included. */
    @SuppressWarnings("unchecked") // the value's own class
    static <T> Shape<T> ofValue(T byDefault) {
        if (byDefault instanceof List<?> list) {
            if (list.isEmpty()) {
                throw new IllegalArgumentException("an empty list has no type; declare it by list(key, Class)");
            }
            return (Shape<T>) ofList(list.getFirst().getClass());
        }
        return of((Class<T>) byDefault.getClass());
    }

    static <E> Shape<List<E>> ofList(Class<E> element) {
        return new Single<>(new ValueType.ListOf<>(Scalar.of(element)));
    }

    static <E> Shape<Optional<E>> ofOptional(Class<E> some) {
        return new Single<>(new ValueType.OptionalOf<>(Scalar.of(some)));
    }

    /** Whether a class is a record to be flattened. Size and Address are records too, but each is one value. */
    static boolean isTable(Class<?> type) {
        return type.isRecord() && type != Size.class && type != Address.class;
    }
}
