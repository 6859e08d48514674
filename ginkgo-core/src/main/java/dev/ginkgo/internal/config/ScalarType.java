package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Durations;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.Size;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A simple type. Every one is read from a text; in a TOML file, numbers and booleans stand without quotes and all
 * others within.
 *
 * @param name the type for people
 * @param unquoted whether TOML has values of this type: they are written without quotes
 * @param parse reads a text, and throws {@code IllegalArgumentException} with the right forms
 * @param format prints a value
 * @param secret whether its values are never to be shown
 */
record ScalarType<T>(
        String name, boolean unquoted, BiFunction<String, Path, T> parse, Function<T, String> format, boolean secret)
        implements ValueType<T> {

    private static final String SUPPORTED = "String, Integer, Long, Double, Boolean, Duration, Size, Address, Secret,"
            + " Path, enums, lists of these, and records of all these";

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
     * The type of a class.
     *
     * @throws IllegalArgumentException if there is none; the message lists what is supported
     */
    @SuppressWarnings("unchecked") // the map pairs each class with its own type
    static <T> ScalarType<T> of(Class<T> type) {
        Class<?> known = Path.class.isAssignableFrom(type) ? Path.class : type;
        Class<?> outer = type.getSuperclass();
        if (type.isEnum() || (outer != null && outer.isEnum())) {
            return (ScalarType<T>) oneOf(type.isEnum() ? type : outer);
        }
        return (ScalarType<T>) Optional.ofNullable(TYPES.get(known))
                .orElseThrow(() -> new IllegalArgumentException(
                        type.getTypeName() + " is no type of a setting; there are " + SUPPORTED));
    }

    @Override
    public T fromToml(Object raw, Path folder) throws InvalidValueException {
        String text = String.valueOf(raw);
        if (raw instanceof Collection || raw instanceof Map) {
            throw InvalidValueException.unreadable(quoted(raw) + " is not " + withArticle(), name);
        }
        T value = fromText(text, folder);
        if (unquoted == raw instanceof String) {
            String right = unquoted ? "without quotes: " + text : "in quotes: \"" + text + "\"";
            throw InvalidValueException.unreadable(
                    quoted(raw) + " is not " + withArticle() + "; write it " + right, name);
        }
        return value;
    }

    @Override
    public T fromText(String text, Path folder) throws InvalidValueException {
        try {
            return parse.apply(text, folder);
        } catch (IllegalArgumentException e) {
            throw InvalidValueException.unreadable(String.valueOf(e.getMessage()), name);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // only values of this type come here
    public String print(Object value) {
        return format.apply((T) value);
    }

    @Override
    public Optional<String> toToml(Object value) {
        if (secret) {
            return Optional.empty();
        }
        String text = print(value);
        try {
            fromText(text, Path.of(""));
        } catch (InvalidValueException _) {
            return Optional.empty(); // for example an empty path
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

    /** As a TOML file would hold it. */
    static String quoted(Object raw) {
        return raw instanceof String ? "\"" + raw + "\"" : String.valueOf(raw);
    }

    private String withArticle() {
        return name.startsWith("one of") ? name : ("aeiou".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name;
    }

    private static <T> ScalarType<T> quoted(String name, BiFunction<String, Path, T> read) {
        return new ScalarType<>(name, false, read, String::valueOf, false);
    }

    private static <T> ScalarType<T> number(String name, Function<String, T> read) {
        return new ScalarType<>(name, true, (text, _) -> read.apply(text), String::valueOf, false);
    }

    private static ScalarType<?> oneOf(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object each : type.getEnumConstants()) {
            constants.put(kebab(each), each);
        }
        return oneOf(constants.keySet(), name -> requireNonNull(constants.get(name)), ScalarType::kebab);
    }

    /** A value out of some, by their names. */
    static <T> ScalarType<T> oneOf(Set<String> names, Function<String, T> named, Function<T, String> printed) {
        String type = "one of " + String.join(", ", names);
        return new ScalarType<T>(
                type,
                false,
                (text, _) -> {
                    if (names.contains(text)) {
                        return named.apply(text);
                    }
                    String meant = SpellingSuggester.closestTo(text, names)
                            .map(SpellingSuggester::didYouMean)
                            .orElse("");
                    throw new IllegalArgumentException("\"" + text + "\" is not " + type + meant);
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
            // told below
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

    private static Path parsePath(String text, Path folder) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("\"\" is not a path; write a file or folder, or leave the key out");
        }
        return folder.resolve(text);
    }
}
