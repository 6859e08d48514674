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
    private final List<SettingKey> settingKeys = new ArrayList<>();
    private final Map<String, SettingKey> variables = new HashMap<>();
    private final List<Pattern> variablePatterns = new ArrayList<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    private Schema() {}

    /** A key: a table with keys below it, a value, or the name of the file that holds a secret value. */
    static final class KeyNode {
        private final String name;
        private final String fullKey;
        private final Map<String, KeyNode> children = new LinkedHashMap<>();
        private final List<String> allowedChildren = new ArrayList<>();
        private @Nullable SettingKey settingKey;
        private @Nullable SettingsOwner owner;

        private KeyNode(String name, String full) {
            this.name = name;
            this.fullKey = full;
        }

        private KeyNode childOrNew(String next) {
            return children.computeIfAbsent(next, each -> new KeyNode(each, KeySyntax.join(fullKey, each)));
        }

        boolean isValue() {
            return settingKey != null;
        }

        String fullKey() {
            return fullKey;
        }

        @Nullable
        KeyNode child(String next) {
            return children.get(next);
        }

        Collection<String> names() {
            return children.keySet();
        }

        /** Whether a table of that name may stand here though there is no child for it now. */
        boolean allowsChild(String next) {
            return allowedChildren.stream()
                    .anyMatch(pattern -> matcher(pattern).matcher(next).matches());
        }
    }

    /** Of a whole tree with the tables around it, or of a single child. */
    static Schema of(List<? extends SettingsOwner> places) {
        Schema schema = new Schema();
        places.forEach(schema::add);
        if (schema.root.child("log") == null && schema.root.owner != null) {
            schema.allow(schema.root, "log");
        }
        return schema;
    }

    private void add(SettingsOwner settingsOwner) {
        KeyNode table = table(settingsOwner.key());
        boolean shared = table.owner != null && table.owner.sharesTable() && settingsOwner.sharesTable();
        if (!shared
                && (table.owner != null
                        || table.isValue()
                        || (!table.children.isEmpty() && !table.fullKey.isEmpty()))) {
            problems.add(ConfigProblem.of(
                    settingsOwner.path(),
                    "two things are named \"" + table.fullKey + "\" and would share the table; rename one"));
            return;
        }
        table.owner = settingsOwner;
        for (SettingDefinition<?> setting : settingsOwner.settings()) {
            for (ConfigMapping.Field field : setting.fields()) {
                SettingKey settingKey = SettingKey.of(setting, field);
                settingKeys.add(settingKey);
                add(table, settingKey, KeySyntax.join(setting.key(), field.key()));
            }
        }
        settingsOwner.childOwners().forEach(this::add);
        settingsOwner.allowedChildren().forEach(pattern -> allow(table, pattern));
        if (table == root) {
            checkReservedNames(settingsOwner);
        }
    }

    private void checkReservedNames(SettingsOwner rootPlace) {
        Stream.concat(
                        rootPlace.settings().stream().map(each -> KeySyntax.firstSegment(each.key())),
                        rootPlace.childOwners().stream().map(SettingsOwner::key))
                .filter(RESERVED::contains)
                .forEach(name -> problems.add(ConfigProblem.of(
                        rootPlace.path(),
                        "\"" + name + "\" is reserved at the root; give the setting or child another name")));
    }

    private KeyNode table(String full) {
        KeyNode at = root;
        for (String step : full.isEmpty() ? new String[0] : full.split("\\.", -1)) {
            at = at.childOrNew(step);
        }
        return at;
    }

    private void add(KeyNode table, SettingKey settingKey, String key) {
        String[] steps = key.split("\\.", -1);
        KeyNode at = table;
        for (int i = 0; i < steps.length; i++) {
            at = at.childOrNew(steps[i]);
            boolean last = i == steps.length - 1;
            if (at.isValue() || at.owner != null || (last && !at.children.isEmpty())) {
                problems.add(duplicateKey(settingKey, at.fullKey));
                return;
            }
        }
        at.settingKey = settingKey;
        addVariable(settingKey, settingKey.environmentName());
        if (settingKey.secret()) {
            KeyNode file = table(settingKey.fullKey() + SettingKey.FILE_SUFFIX);
            if (file.isValue() || !file.children.isEmpty()) {
                problems.add(duplicateKey(settingKey, file.fullKey));
            }
            file.settingKey = settingKey;
            addVariable(settingKey, settingKey.fileVariable());
        }
    }

    private static ConfigProblem duplicateKey(SettingKey settingKey, String full) {
        return ConfigProblem.of(
                settingKey.setting().owner().path(),
                "two settings, or a setting and a child, want the key \"" + full + "\"; rename one");
    }

    private void addVariable(SettingKey settingKey, String name) {
        SettingKey other = variables.putIfAbsent(name, settingKey);
        if (other != null) {
            problems.add(ConfigProblem.of(
                    settingKey.setting().owner().path(),
                    "\"" + other.fullKey() + "\" and \"" + settingKey.fullKey() + "\" have one environment variable, "
                            + name + "; rename one"));
        }
    }

    private void allow(KeyNode table, String pattern) {
        table.allowedChildren.add(pattern);
        String name = KeySyntax.environmentName(KeySyntax.join(table.fullKey, pattern));
        variablePatterns.add(matcher(name + "_*"));
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
    List<SettingKey> settingKeys() {
        return settingKeys;
    }

    /** What is wrong with the declarations themselves. */
    List<ConfigProblem> problems() {
        return problems;
    }

    Set<String> variables() {
        return variables.keySet();
    }

    /** Whether a variable belongs to a child that may be added later, or to {@code [log]}, of which nobody knows more. */
    boolean allowsVariable(String name) {
        return variablePatterns.stream().anyMatch(each -> each.matcher(name).matches());
    }

    /** Advice for a key that is not known in a table. */
    String suggestion(String unknown, KeyNode table) {
        List<String> fullKeys = settingKeys.stream().map(SettingKey::fullKey).toList();
        String full = KeySyntax.join(table.fullKey, unknown);
        return table.names().stream()
                .filter(unknown::equalsIgnoreCase)
                .findFirst()
                .map(same -> "; keys are in lower case: write \"" + same + "\"")
                .or(() -> SpellingSuggester.closestTo(unknown, table.names()).map(SpellingSuggester::didYouMean))
                .or(() -> fullKeys.stream()
                        .filter(each -> each.endsWith("." + unknown))
                        .findFirst()
                        .map(SpellingSuggester::didYouMean))
                .or(() -> SpellingSuggester.closestTo(full, fullKeys).map(SpellingSuggester::didYouMean))
                .orElseGet(() -> knownKeys(table));
    }

    /** {@code ; known here: bind, history}, or nothing where there are none. */
    static String knownKeys(KeyNode table) {
        if (table.children.isEmpty()) {
            return "; there are no settings here";
        }
        int most = 10;
        String names = table.children.values().stream()
                .limit(most)
                .map(each -> each.isValue() ? each.name : "[" + each.fullKey + "]")
                .collect(Collectors.joining(", "));
        return "; known here: " + names + (table.children.size() > most ? ", …" : "");
    }
}
