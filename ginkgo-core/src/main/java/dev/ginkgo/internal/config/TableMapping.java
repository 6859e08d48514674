package dev.ginkgo.internal.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mapping of a map, or of a list of records, to a table whose keys the user chooses: the keys of the map, or the numbers
 * of the elements. The configuration decides which fields there are, so each binding passes the names that it contains.
 * If it contains none, the entries are those of the default.
 *
 * @param element mapping of one entry
 * @param names syntax of the names
 * @param rule the syntax in words
 * @param entries returns the entries of a value
 * @param collect creates the value from its entries
 */
record TableMapping<T>(
        ConfigMapping<?> element,
        Pattern names,
        String rule,
        Function<Object, Map<String, ?>> entries,
        Function<Map<String, Object>, T> collect)
        implements ConfigMapping<T> {

    /** Returns the mapping of a map; its keys have the syntax of child names. */
    @SuppressWarnings("unchecked") // the entries are those that the element mapping has created
    static <E> TableMapping<Map<String, E>> ofMap(ConfigMapping<E> element) {
        return new TableMapping<>(
                element,
                KeySyntax.NAME,
                "lower case words of letters and digits, joined by \"-\"",
                value -> (Map<String, ?>) value,
                entries -> (Map<String, E>) entries);
    }

    /** Returns the mapping of a list of records: {@code [[upstream]]} in a file, or {@code [upstream.1]}. */
    @SuppressWarnings("unchecked") // the entries are those that the element mapping has created
    static <E> TableMapping<List<E>> ofList(ConfigMapping<E> element) {
        return new TableMapping<>(
                element,
                Pattern.compile("[1-9][0-9]{0,5}"),
                "the number of an element, from 1",
                value -> numbered((List<?>) value),
                entries -> (List<E>) List.copyOf(entries.values()));
    }

    private static Map<String, ?> numbered(List<?> elements) {
        Map<String, Object> numbered = new LinkedHashMap<>();
        elements.forEach(each -> numbered.put(String.valueOf(numbered.size() + 1), each));
        return numbered;
    }

    @Override
    public List<Field> fields(@Nullable Object defaultValue, Collection<String> present) {
        Map<String, ?> defaults = defaultValue == null ? Map.of() : entries.apply(defaultValue);
        List<Field> fields = new ArrayList<>();
        for (String name : present.isEmpty() ? defaults.keySet() : present) {
            element.fields(defaults.get(name), List.of())
                    .forEach(field -> fields.add(
                            new Field(KeySyntax.join(name, field.key()), field.type(), field.defaultValue())));
        }
        return fields;
    }

    @Override
    public T assemble(Map<String, Object> values, Collection<String> present) throws InvalidValueException {
        Set<String> all = new LinkedHashSet<>(present);
        values.keySet().forEach(key -> all.add(KeySyntax.firstSegment(key)));
        Map<String, Object> assembled = new LinkedHashMap<>();
        for (String name : all) {
            try {
                assembled.put(name, element.assemble(ConfigMapping.below(name, values), List.of()));
            } catch (InvalidValueException e) {
                throw e.inEntry(name);
            }
        }
        return collect.apply(java.util.Collections.unmodifiableMap(assembled));
    }

    @Override
    public boolean secret() {
        return element.secret();
    }

    /** Returns the type of the whole table, for help. */
    String describe(String key) {
        String keys = element.fields(null, List.of()).stream().map(Field::key).collect(Collectors.joining(", "));
        String table = isList() ? "[[" + key + "]]" : "[" + key + (keys.isEmpty() ? "]" : ".NAME]");
        return keys.isEmpty() ? "table " + table + " of names and values" : "tables " + table + " with " + keys;
    }

    boolean isList() {
        return names != KeySyntax.NAME;
    }
}
