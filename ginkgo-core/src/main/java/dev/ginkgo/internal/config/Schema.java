package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigProblem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keys that a tree declares, arranged in tables. Two declarations of one key are a problem. */
final class Schema {
    private static final Set<String> RESERVED = Set.of("service", "ginkgo", "log");

    private final KeyNode root = new KeyNode("", "");
    private final Map<SettingDefinition<?>, List<SettingKey>> settings = new LinkedHashMap<>();
    private final Map<String, SettingKey> variables = new HashMap<>();
    private final List<Pattern> variablePatterns = new ArrayList<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    private final Function<SettingDefinition<?>, List<String>> entryNames;

    private Schema(Function<SettingDefinition<?>, List<String>> entryNames) {
        this.entryNames = entryNames;
    }

    /**
     * Node of the key tree: a table with keys below it, a value, or the name of the file that contains a secret value.
     */
    static final class KeyNode {
        private final String name;
        private final String fullKey;
        private final Map<String, KeyNode> children = new LinkedHashMap<>();
        private final List<String> allowedChildren = new ArrayList<>();
        private @Nullable SettingKey settingKey;
        private @Nullable SettingsOwner owner;
        private @Nullable TableMapping<?> entries;

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

        /** Returns the mapping of the table, if the user chooses the names in it; otherwise null. */
        @Nullable
        TableMapping<?> entries() {
            return entries;
        }

        @Nullable
        KeyNode child(String next) {
            return children.get(next);
        }

        Collection<String> names() {
            return children.keySet();
        }

        /** Returns whether the configuration may contain a table with this name although there is no such child now. */
        boolean allowsChild(String next) {
            boolean changedTables = owner != null && owner.childTables() != null; // the binder has reported that
            return (changedTables && KeySyntax.NAME.matcher(next).matches())
                    || allowedChildren.stream()
                            .anyMatch(pattern -> matcher(pattern).matcher(next).matches());
        }
    }

    /**
     * Returns the schema of a whole tree and its sections, or of a single child.
     *
     * @param entryNames returns the names that the configuration contains, for a setting whose user chooses them
     */
    static Schema of(List<? extends SettingsOwner> owners, Function<SettingDefinition<?>, List<String>> entryNames) {
        Schema schema = new Schema(entryNames);
        owners.forEach(schema::add);
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
                    "two declarations are named \"" + table.fullKey + "\" and would share the table; rename one"));
            return;
        }
        table.owner = settingsOwner;
        for (SettingDefinition<?> setting : settingsOwner.settings()) {
            if (setting.tableMapping() != null && !addEntries(setting)) {
                continue;
            }
            List<SettingKey> keys = new ArrayList<>();
            settings.put(setting, keys);
            for (ConfigMapping.Field field : setting.fields(entryNames.apply(setting))) {
                SettingKey settingKey = SettingKey.of(setting, field);
                keys.add(settingKey);
                add(table, settingKey, KeySyntax.join(setting.key(), field.key()));
            }
        }
        settingsOwner.childOwners().forEach(this::add);
        settingsOwner.allowedChildren().forEach(pattern -> allow(table, pattern));
        if (table == root) {
            checkReservedNames(settingsOwner);
        }
    }

    /** Adds the table of a setting whose user chooses the names in it. */
    private boolean addEntries(SettingDefinition<?> setting) {
        KeyNode node = table(setting.fullKey());
        if (node.isValue() || node.owner != null || node.entries != null || !node.children.isEmpty()) {
            problems.add(duplicateKey(setting, node.fullKey));
            return false;
        }
        node.entries = setting.tableMapping();
        return true;
    }

    private void checkReservedNames(SettingsOwner rootOwner) {
        Stream.concat(
                        rootOwner.settings().stream().map(each -> KeySyntax.firstSegment(each.key())),
                        rootOwner.childOwners().stream().map(SettingsOwner::key))
                .filter(RESERVED::contains)
                .forEach(name -> problems.add(ConfigProblem.of(
                        rootOwner.path(),
                        "\"" + name + "\" is reserved at the root; give the setting or child another name")));
    }

    private KeyNode table(String full) {
        KeyNode node = root;
        for (String step : full.isEmpty() ? new String[0] : full.split("\\.", -1)) {
            node = node.childOrNew(step);
        }
        return node;
    }

    private void add(KeyNode table, SettingKey settingKey, String key) {
        String[] steps = key.split("\\.", -1);
        KeyNode node = table;
        for (int i = 0; i < steps.length; i++) {
            node = node.childOrNew(steps[i]);
            boolean last = i == steps.length - 1;
            boolean otherTable = node.entries != null
                    && !node.fullKey.equals(settingKey.setting().fullKey());
            if (node.isValue() || node.owner != null || otherTable || (last && !node.children.isEmpty())) {
                problems.add(duplicateKey(settingKey.setting(), node.fullKey));
                return;
            }
        }
        node.settingKey = settingKey;
        addVariable(settingKey, settingKey.environmentName());
        if (settingKey.secret()) {
            KeyNode file = table(settingKey.fullKey() + SettingKey.FILE_SUFFIX);
            if (file.isValue() || !file.children.isEmpty()) {
                problems.add(duplicateKey(settingKey.setting(), file.fullKey));
            }
            file.settingKey = settingKey;
            addVariable(settingKey, settingKey.fileVariable());
        }
    }

    private static ConfigProblem duplicateKey(SettingDefinition<?> setting, String full) {
        return ConfigProblem.of(
                setting.owner().path(),
                "two settings, or a setting and a child, use the key \"" + full + "\"; rename one");
    }

    private void addVariable(SettingKey settingKey, String name) {
        SettingKey other = variables.putIfAbsent(name, settingKey);
        if (other != null) {
            problems.add(ConfigProblem.of(
                    settingKey.setting().owner().path(),
                    "\"" + other.fullKey() + "\" and \"" + settingKey.fullKey()
                            + "\" have the same environment variable, " + name + "; rename one"));
        }
    }

    private void allow(KeyNode table, String pattern) {
        table.allowedChildren.add(pattern);
        String name = KeySyntax.environmentName(KeySyntax.join(table.fullKey, pattern));
        variablePatterns.add(matcher(name + "_*"));
    }

    /** Compiles a pattern in which {@code *} matches any characters. */
    private static Pattern matcher(String pattern) {
        return Pattern.compile(pattern.chars()
                .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining()));
    }

    KeyNode root() {
        return root;
    }

    /** Returns every key that has a value, in the order of declaration. */
    List<SettingKey> settingKeys() {
        return settings.values().stream().flatMap(List::stream).toList();
    }

    /** Returns every setting with its keys, in the order of declaration. A map or list of records may have none. */
    Map<SettingDefinition<?>, List<SettingKey>> settings() {
        return settings;
    }

    /** Returns the problems of the declarations themselves. */
    List<ConfigProblem> problems() {
        return problems;
    }

    Set<String> variables() {
        return variables.keySet();
    }

    /**
     * Returns whether a variable may belong to a child that is added later, or to {@code [log]} if no section declares
     * that.
     */
    boolean allowsVariable(String name) {
        return variablePatterns.stream().anyMatch(each -> each.matcher(name).matches());
    }

    /** Returns advice for a key that the table does not have, to be appended to a message. */
    String suggestion(String unknown, KeyNode table) {
        List<String> fullKeys = settingKeys().stream().map(SettingKey::fullKey).toList();
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

    /** Returns {@code ; known here: bind, history}, to be appended to a message. */
    static String knownKeys(KeyNode table) {
        if (table.entries != null) {
            return "";
        }
        if (table.children.isEmpty()) {
            return "; there are no settings here";
        }
        int limit = 10;
        String names = table.children.values().stream()
                .limit(limit)
                .map(each -> each.isValue() ? each.name : "[" + each.fullKey + "]")
                .collect(Collectors.joining(", "));
        return "; known here: " + names + (table.children.size() > limit ? ", …" : "");
    }
}
