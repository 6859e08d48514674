package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Converter;
import dev.ginkgo.config.Durations;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.Size;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Scalar type. Values of every scalar type can be parsed from text. In a TOML file, numbers and booleans are written
 * without quotes and all other types in quotes.
 *
 * @param name name for messages and help
 * @param unquoted whether values are written without quotes in TOML
 * @param parse parses a text, and throws {@code IllegalArgumentException} with the expected forms
 * @param format prints a value for display
 * @param secret whether the values are confidential
 */
record ScalarType<T>(
        String name, boolean unquoted, BiFunction<String, Path, T> parse, Function<T, String> format, boolean secret)
        implements ValueType<T> {

    private static final String SUPPORTED = "String, Integer, Long, Double, Boolean, Duration, Size, Address, Secret,"
            + " Path, enums, types with a Converter, lists of these, and records of all these";

    private static final Map<Class<?>, ScalarType<?>> TYPES = Map.ofEntries(
            Map.entry(String.class, quoted("string", (text, _) -> text)),
            Map.entry(Integer.class, number("int", text ->
                    (int) parseInteger(text, "int", Integer.MIN_VALUE, Integer.MAX_VALUE))),
            Map.entry(Long.class, number("long", text -> parseInteger(text, "long", Long.MIN_VALUE, Long.MAX_VALUE))),
            Map.entry(Double.class, number("double", ScalarType::parseDouble)),
            Map.entry(Boolean.class, number("boolean", ScalarType::parseBoolean)),
            Map.entry(
                    Duration.class,
                    new ScalarType<Duration>(
                            "duration", false, (text, _) -> Durations.parse(text), Durations::format, false)),
            Map.entry(Size.class, quoted("size", (text, _) -> Size.of(text))),
            Map.entry(Address.class, quoted("address", (text, _) -> Address.of(text))),
            Map.entry(Path.class, quoted("path", ScalarType::parsePath)),
            Map.entry(
                    Secret.class,
                    new ScalarType<Secret>("secret", false, (text, _) -> Secret.of(text), Secret::toString, true)));

    /**
     * Returns the type for a class.
     *
     * @throws IllegalArgumentException if the class is not supported; the message lists the supported types
     */
    @SuppressWarnings("unchecked") // the map pairs each class with its own type
    static <T> ScalarType<T> of(Class<T> type, List<Converter<?>> converters) {
        Optional<Converter<?>> converter = converters.stream()
                .filter(each -> each.type().isAssignableFrom(type))
                .findFirst();
        if (converter.isPresent()) {
            return (ScalarType<T>) converted(converter.get());
        }
        Class<?> known = Path.class.isAssignableFrom(type) ? Path.class : type;
        Class<?> outer = type.getSuperclass();
        if (type.isEnum() || (outer != null && outer.isEnum())) {
            return (ScalarType<T>) oneOf(type.isEnum() ? type : outer);
        }
        return (ScalarType<T>) Optional.ofNullable(TYPES.get(known))
                .orElseThrow(() -> new IllegalArgumentException(
                        type.getTypeName() + " is not supported as the type of a setting; supported are " + SUPPORTED));
    }

    private static <T> ScalarType<T> converted(Converter<T> converter) {
        String name = KeySyntax.kebab(converter.type().getSimpleName()).replace('-', ' ');
        return new ScalarType<>(
                name,
                false,
                (text, _) -> {
                    try {
                        return requireNonNull(converter.parse().apply(text), "the converter returned null");
                    } catch (RuntimeException e) { // such as a DateTimeException
                        throw new IllegalArgumentException(
                                "\"" + text + "\" is not of type " + name + " (" + Messages.oneLine(e) + ")", e);
                    }
                },
                value -> converter.format().apply(value),
                false);
    }

    @Override
    public T fromToml(Object raw, Path directory) throws InvalidValueException {
        String text = String.valueOf(raw);
        if (raw instanceof Collection || raw instanceof Map) {
            throw InvalidValueException.unreadable(quoted(raw) + " is not " + withArticle(), name);
        }
        T value = fromText(text, directory);
        if (unquoted == raw instanceof String) {
            String right = unquoted ? "without quotes: " + text : "in quotes: \"" + text + "\"";
            throw InvalidValueException.unreadable(
                    quoted(raw) + " is not " + withArticle() + "; write it " + right, name);
        }
        return value;
    }

    @Override
    public T fromText(String text, Path directory) throws InvalidValueException {
        try {
            return parse.apply(text, directory);
        } catch (IllegalArgumentException e) {
            throw InvalidValueException.unreadable(String.valueOf(e.getMessage()), name);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // called with values of this type only
    public String print(Object value) {
        return format.apply((T) value);
    }

    @Override
    public Optional<String> toToml(Object value) {
        if (secret || (value instanceof Path path && !path.isAbsolute())) {
            return Optional.empty(); // in a file, a relative path is relative to the folder of the file
        }
        String text = print(value);
        try {
            fromText(text, Path.of(""));
        } catch (InvalidValueException _) {
            return Optional.empty();
        }
        return Optional.of(unquoted ? text : tomlString(text));
    }

    /** Returns a TOML basic string. */
    private static String tomlString(String text) {
        StringBuilder toml = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '"', '\\' -> toml.append('\\').append((char) c);
                case '\n' -> toml.append("\\n");
                case '\r' -> toml.append("\\r");
                case '\t' -> toml.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        toml.append(String.format(Locale.ROOT, "\\u%04X", c));
                    } else {
                        toml.append((char) c);
                    }
                }
            }
        });
        return toml.append('"').toString();
    }

    /** Returns a value of a parsed TOML file with quotes if it is a string. */
    static String quoted(Object raw) {
        return raw instanceof String ? "\"" + raw + "\"" : String.valueOf(raw);
    }

    private String withArticle() {
        return name.startsWith("one of") ? name : ("aeiou".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name;
    }

    private static <T> ScalarType<T> quoted(String name, BiFunction<String, Path, T> parse) {
        return new ScalarType<>(name, false, parse, String::valueOf, false);
    }

    private static <T> ScalarType<T> number(String name, Function<String, T> parse) {
        return new ScalarType<>(name, true, (text, _) -> parse.apply(text), String::valueOf, false);
    }

    private static ScalarType<?> oneOf(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object each : type.getEnumConstants()) {
            constants.put(kebab(each), each);
        }
        return oneOf(constants.keySet(), name -> requireNonNull(constants.get(name)), ScalarType::kebab);
    }

    /** Returns a type with a fixed set of values, identified by their names. */
    static <T> ScalarType<T> oneOf(Set<String> names, Function<String, T> named, Function<T, String> printed) {
        String type = "one of " + String.join(", ", names);
        return new ScalarType<T>(
                type,
                false,
                (text, _) -> {
                    if (names.contains(text)) {
                        return named.apply(text);
                    }
                    String suggestion = SpellingSuggester.closestTo(text, names)
                            .map(SpellingSuggester::didYouMean)
                            .orElse("");
                    throw new IllegalArgumentException("\"" + text + "\" is not " + type + suggestion);
                },
                printed,
                false);
    }

    private static String kebab(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static long parseInteger(String text, String type, long min, long max) {
        if (!text.matches("[+-]?\\d(_?\\d){0,30}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a whole number; write it like 60");
        }
        BigInteger number = new BigInteger(text.replace("_", ""));
        if (number.compareTo(BigInteger.valueOf(min)) < 0 || number.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new IllegalArgumentException(text + " is outside the range of " + type + ", " + min + ".." + max);
        }
        return number.longValueExact();
    }

    private static double parseDouble(String text) {
        try {
            double number = new BigDecimal(text).doubleValue();
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a finite number; write it like 0.5");
    }

    private static boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not a boolean; write true or false");
        };
    }

    private static Path parsePath(String text, Path directory) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("\"\" is not a path; write a file or directory, or remove the key");
        }
        return directory.resolve(text);
    }
}
