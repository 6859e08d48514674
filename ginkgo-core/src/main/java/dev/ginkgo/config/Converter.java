package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;

/**
 * Conversion of texts to values of a type that settings do not support by themselves. It is passed to the method that
 * declares a setting, and also applies to the elements of a list, the values of a map and the components of a record:
 *
 * <pre>{@code
 * setting("zone", ZoneId.of("UTC"), Converter.of(ZoneId.class, ZoneId::of))
 * }</pre>
 *
 * <p>In a file the value is written in quotes. A value for which {@code format} and {@code parse} are not the inverse of
 * each other cannot be printed as it would be written in a file.
 *
 * @param type type of the values; the converter also applies to its subclasses
 * @param parse converts a text; called at every load, perhaps several times. An exception becomes a problem of the
 *     configuration, with the position and the message of the exception
 * @param format converts a value to a text
 */
public record Converter<T>(Class<T> type, Function<String, ? extends T> parse, Function<? super T, String> format) {

    public Converter {
        requireNonNull(type, "type is null");
        requireNonNull(parse, "parse is null");
        requireNonNull(format, "format is null");
    }

    /** Returns a converter for values whose {@code toString} returns the text that {@code parse} accepts. */
    public static <T> Converter<T> of(Class<T> type, Function<String, ? extends T> parse) {
        return new Converter<>(type, parse, String::valueOf);
    }
}
