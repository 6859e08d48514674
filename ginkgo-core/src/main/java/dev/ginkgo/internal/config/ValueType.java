package dev.ginkgo.internal.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Type of the values of one key: parses and prints them. */
sealed interface ValueType<T> permits ScalarType, ValueType.ListOf, ValueType.OptionalOf {

    /**
     * Returns the name for messages and help: {@code int}, {@code list of address}, {@code one of drop-oldest,
     * drop-newest}.
     */
    String name();

    /** Converts a value of a TOML file; {@code directory} is the directory against which a relative path is resolved. */
    T fromToml(Object raw, Path directory) throws InvalidValueException;

    /** Parses the text of an environment variable, {@code --set} or a secret file. */
    T fromText(String text, Path directory) throws InvalidValueException;

    /** Returns the value as text for display, without quotes. */
    String print(Object value);

    /** Returns the value as written in a TOML file; empty if it cannot be written there. */
    Optional<String> toToml(Object value);

    /** Returns whether the values are confidential. */
    boolean secret();

    /** List of values of one scalar type; in text, separated by commas. */
    record ListOf<E>(ScalarType<E> element) implements ValueType<List<E>> {
        @Override
        public String name() {
            return "list of " + element.name();
        }

        @Override
        public List<E> fromToml(Object raw, Path directory) throws InvalidValueException {
            if (!(raw instanceof List<?> list)) {
                throw InvalidValueException.unreadable(
                        ScalarType.quoted(raw) + " is not a list; write it in brackets: [" + ScalarType.quoted(raw)
                                + "]",
                        name());
            }
            return new Elements<E>(list).map(each -> element.fromToml(each, directory));
        }

        @Override
        public List<E> fromText(String text, Path directory) throws InvalidValueException {
            if (text.startsWith("[\"") || text.startsWith("['")) { // "[::1]:80" is an element
                throw InvalidValueException.unreadable(
                        text + " is in the form of a file; here, separate the elements by commas: "
                                + text.replaceAll("^\\[|]$|[\"']", ""),
                        name());
            }
            List<String> parts = text.isBlank() ? List.of() : Arrays.asList(text.split(",", -1));
            return new Elements<E>(parts)
                    .map(each -> element.fromText(String.valueOf(each).strip(), directory));
        }

        @Override
        public String print(Object value) {
            return ((List<?>) value).stream().map(element::print).toList().toString();
        }

        @Override
        public Optional<String> toToml(Object value) {
            List<Optional<String>> elements =
                    ((List<?>) value).stream().map(element::toToml).toList();
            return elements.stream().allMatch(Optional::isPresent)
                    ? Optional.of(elements.stream()
                            .map(Optional::orElseThrow)
                            .toList()
                            .toString())
                    : Optional.empty();
        }

        @Override
        public boolean secret() {
            return element.secret();
        }
    }

    /** One value of a scalar type, or none. */
    record OptionalOf<E>(ScalarType<E> element) implements ValueType<Optional<E>> {
        @Override
        public String name() {
            return element.name();
        }

        @Override
        public Optional<E> fromToml(Object raw, Path directory) throws InvalidValueException {
            return Optional.of(element.fromToml(raw, directory));
        }

        @Override
        public Optional<E> fromText(String text, Path directory) throws InvalidValueException {
            return Optional.of(element.fromText(text, directory));
        }

        @Override
        public String print(Object value) {
            return ((Optional<?>) value).map(element::print).orElse(secret() ? "" : "none");
        }

        @Override
        public Optional<String> toToml(Object value) {
            return ((Optional<?>) value).flatMap(element::toToml);
        }

        @Override
        public boolean secret() {
            return element.secret();
        }
    }

    /** Conversion of the elements of a list; the problem of an invalid element states its number. */
    record Elements<E>(List<?> raw) {
        /** Converts one element. */
        interface Reader<E> {
            E read(Object raw) throws InvalidValueException;
        }

        List<E> map(Reader<E> reader) throws InvalidValueException {
            List<E> read = new ArrayList<>();
            for (Object each : raw) {
                try {
                    read.add(reader.read(each));
                } catch (InvalidValueException e) {
                    throw e.inPart("element " + (read.size() + 1));
                }
            }
            return List.copyOf(read);
        }
    }
}
