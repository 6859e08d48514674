package dev.ginkgo.internal.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How the values of one key are read and printed. */
sealed interface ValueType<T> permits ScalarType, ValueType.ListOf, ValueType.OptionalOf {

    /** For people: {@code int}, {@code list of address}, {@code one of drop-oldest, drop-newest}. */
    String name();

    /** Reads what a TOML file holds; {@code folder} is what a relative path is relative to. */
    T fromToml(Object raw, Path folder) throws InvalidValueException;

    /** Reads what an environment variable, {@code --set} or a secret file holds. */
    T fromText(String text, Path folder) throws InvalidValueException;

    /** For people, without quotes. */
    String print(Object value);

    /** Returns the value as written in a TOML file; empty if it cannot be written there. */
    Optional<String> toToml(Object value);

    /** Whether its values are never to be shown. */
    boolean secret();

    /** Several values of one simple type; in a text, separated by commas. */
    record ListOf<E>(ScalarType<E> element) implements ValueType<List<E>> {
        @Override
        public String name() {
            return "list of " + element.name();
        }

        @Override
        public List<E> fromToml(Object raw, Path folder) throws InvalidValueException {
            if (!(raw instanceof List<?> list)) {
                throw InvalidValueException.unreadable(
                        ScalarType.quoted(raw) + " is not a list; write it in brackets: [" + ScalarType.quoted(raw)
                                + "]",
                        name());
            }
            return new Elements<E>(list).map(each -> element.fromToml(each, folder));
        }

        @Override
        public List<E> fromText(String text, Path folder) throws InvalidValueException {
            if (text.startsWith("[\"") || text.startsWith("['")) { // "[::1]:80" is an element
                throw InvalidValueException.unreadable(
                        text + " is written as in a file; here, write its elements with commas in between: "
                                + text.replaceAll("^\\[|]$|[\"']", ""),
                        name());
            }
            List<String> parts = text.isBlank() ? List.of() : Arrays.asList(text.split(",", -1));
            return new Elements<E>(parts)
                    .map(each -> element.fromText(String.valueOf(each).strip(), folder));
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

    /** One value of a simple type, or none. */
    record OptionalOf<E>(ScalarType<E> element) implements ValueType<Optional<E>> {
        @Override
        public String name() {
            return element.name();
        }

        @Override
        public Optional<E> fromToml(Object raw, Path folder) throws InvalidValueException {
            return Optional.of(element.fromToml(raw, folder));
        }

        @Override
        public Optional<E> fromText(String text, Path folder) throws InvalidValueException {
            return Optional.of(element.fromText(text, folder));
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

    /** The elements of a list on their way: the first bad one says which it is. */
    record Elements<E>(List<?> raw) {
        /** Reads one element. */
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
