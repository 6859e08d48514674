package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigProblem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All keys that a tree knows, as the tables in which they stand. Where two things want one key, it is a problem. */
final class Schema {
    private static final Set<String> RESERVED = Set.of("service", "ginkgo", "log");

    private final KeyNode root = new KeyNode("", "");
    private final List<SettingKey> leaves = new ArrayList<>();
    private final Map<String, SettingKey> variables = new HashMap<>();
    private final List<Pattern> openVariables = new ArrayList<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    private Schema() {}

    /** A key: a table with keys below it, a value, or the name of the file that holds a secret value. */
    static final class KeyNode {
        private final String name;
        private final String full;
        private final Map<String, KeyNode> below = new LinkedHashMap<>();
        private final List<String> expected = new ArrayList<>();
        private @Nullable SettingKey leaf;
        private @Nullable SettingsOwner place;

        private KeyNode(String name, String full) {
            this.name = name;
            this.full = full;
        }

        private KeyNode step(String next) {
            return below.computeIfAbsent(next, each -> new KeyNode(each, KeySyntax.join(full, each)));
        }

        boolean isValue() {
            return leaf != null;
        }

        String full() {
            return full;
        }

        @Nullable
        KeyNode at(String next) {
            return below.get(next);
        }

        Collection<String> names() {
            return below.keySet();
        }

        /** Whether a table of that name may stand here though there is no child for it now. */
        boolean mayHold(String next) {
            return expected.stream()
                    .anyMatch(pattern -> matcher(pattern).matcher(next).matches());
        }
    }

    /** Of a whole tree with the tables around it, or of a single child. */
    static Schema of(List<? extends SettingsOwner> places) {
        Schema schema = new Schema();
        places.forEach(schema::add);
        if (schema.root.at("log") == null && schema.root.place != null) {
            schema.open(schema.root, "log");
        }
        return schema;
    }

    private void add(SettingsOwner place) {
        KeyNode table = table(place.key());
        boolean shared = table.place != null && table.place.sharesTable() && place.sharesTable();
        if (!shared && (table.place != null || table.isValue() || (!table.below.isEmpty() && !table.full.isEmpty()))) {
            problems.add(ConfigProblem.of(
                    place.path(), "two things are named \"" + table.full + "\" and would share the table; rename one"));
            return;
        }
        table.place = place;
        for (SettingDefinition<?> setting : place.settings()) {
            for (ConfigMapping.Field field : setting.fields()) {
                SettingKey leaf = SettingKey.of(setting, field);
                leaves.add(leaf);
                add(table, leaf, KeySyntax.join(setting.key(), field.key()));
            }
        }
        place.places().forEach(this::add);
        place.expected().forEach(pattern -> open(table, pattern));
        if (table == root) {
            reserve(place);
        }
    }

    private void reserve(SettingsOwner rootPlace) {
        Stream.concat(
                        rootPlace.settings().stream().map(each -> KeySyntax.first(each.key())),
                        rootPlace.places().stream().map(SettingsOwner::key))
                .filter(RESERVED::contains)
                .forEach(name -> problems.add(ConfigProblem.of(
                        rootPlace.path(),
                        "\"" + name + "\" is reserved at the root; give the setting or child another name")));
    }

    private KeyNode table(String full) {
        KeyNode at = root;
        for (String step : full.isEmpty() ? new String[0] : full.split("\\.", -1)) {
            at = at.step(step);
        }
        return at;
    }

    private void add(KeyNode table, SettingKey leaf, String key) {
        String[] steps = key.split("\\.", -1);
        KeyNode at = table;
        for (int i = 0; i < steps.length; i++) {
            at = at.step(steps[i]);
            boolean last = i == steps.length - 1;
            if (at.isValue() || at.place != null || (last && !at.below.isEmpty())) {
                problems.add(taken(leaf, at.full));
                return;
            }
        }
        at.leaf = leaf;
        variable(leaf, leaf.environmentName());
        if (leaf.secret()) {
            KeyNode file = table(leaf.fullKey() + SettingKey.FILE);
            if (file.isValue() || !file.below.isEmpty()) {
                problems.add(taken(leaf, file.full));
            }
            file.leaf = leaf;
            variable(leaf, leaf.fileVariable());
        }
    }

    private static ConfigProblem taken(SettingKey leaf, String full) {
        return ConfigProblem.of(
                leaf.setting().owner().path(),
                "two settings, or a setting and a child, want the key \"" + full + "\"; rename one");
    }

    private void variable(SettingKey leaf, String name) {
        SettingKey other = variables.putIfAbsent(name, leaf);
        if (other != null) {
            problems.add(ConfigProblem.of(
                    leaf.setting().owner().path(),
                    "\"" + other.fullKey() + "\" and \"" + leaf.fullKey() + "\" have one environment variable, " + name
                            + "; rename one"));
        }
    }

    private void open(KeyNode table, String pattern) {
        table.expected.add(pattern);
        String name = KeySyntax.environmentName(KeySyntax.join(table.full, pattern));
        openVariables.add(matcher(name + "_*"));
    }

    /** A pattern in which {@code *} stands for any characters. */
    private static Pattern matcher(String pattern) {
        return Pattern.compile(pattern.chars()
                .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining()));
    }

    KeyNode root() {
        return root;
    }

    /** Every key that has a value, in the order of declaration. */
    List<SettingKey> leaves() {
        return leaves;
    }

    /** What is wrong with the declarations themselves. */
    List<ConfigProblem> problems() {
        return problems;
    }

    Set<String> variables() {
        return variables.keySet();
    }

    /** Whether a variable belongs to a child that may be added later, or to {@code [log]}, of which nobody knows more. */
    boolean mayHoldVariable(String name) {
        return openVariables.stream().anyMatch(each -> each.matcher(name).matches());
    }

    /** Advice for a key that is not known in a table. */
    String advice(String unknown, KeyNode table) {
        List<String> fullKeys = leaves.stream().map(SettingKey::fullKey).toList();
        String full = KeySyntax.join(table.full, unknown);
        return table.names().stream()
                .filter(unknown::equalsIgnoreCase)
                .findFirst()
                .map(same -> "; keys are in lower case: write \"" + same + "\"")
                .or(() -> SpellingSuggester.to(unknown, table.names()).map(SpellingSuggester::question))
                .or(() -> fullKeys.stream()
                        .filter(each -> each.endsWith("." + unknown))
                        .findFirst()
                        .map(SpellingSuggester::question))
                .or(() -> SpellingSuggester.to(full, fullKeys).map(SpellingSuggester::question))
                .orElseGet(() -> known(table));
    }

    /** {@code ; known here: bind, history}, or nothing where there are none. */
    static String known(KeyNode table) {
        if (table.below.isEmpty()) {
            return "; there are no settings here";
        }
        int most = 10;
        String names = table.below.values().stream()
                .limit(most)
                .map(each -> each.isValue() ? each.name : "[" + each.full + "]")
                .collect(Collectors.joining(", "));
        return "; known here: " + names + (table.below.size() > most ? ", …" : "");
    }
}
