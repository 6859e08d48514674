package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reports keys that no setting declares, tables in place of values, and values in place of tables. */
final class UnknownKeyCheck {
    private final Schema schema;
    private final String scope;
    private final List<ConfigProblem> problems;
    private final List<String> warnings;

    /**
     * Creates a check.
     *
     * @param scope key of the table to which the check is limited; empty for no limit
     */
    UnknownKeyCheck(Schema schema, String scope, List<ConfigProblem> problems, List<String> warnings) {
        this.schema = schema;
        this.scope = scope;
        this.problems = problems;
        this.warnings = warnings;
    }

    void check(RawConfig rawConfig) {
        checkTable(rawConfig.root(), schema.root());
        rawConfig.overrides().keySet().stream().filter(this::inScope).forEach(this::override);
        checkEnvironment(rawConfig.environment());
    }

    private boolean inScope(String fullKey) {
        return scope.isEmpty() || fullKey.equals(scope) || fullKey.startsWith(scope + ".");
    }

    /** Returns whether a key is above the scope, so that unknown keys beside it are not reported. */
    private boolean isAboveScope(Schema.KeyNode keyNode) {
        return !inScope(keyNode.fullKey());
    }

    private void checkTable(ConfigEntry.Table table, Schema.KeyNode node) {
        table.entries().forEach((name, configEntry) -> {
            Schema.KeyNode known = node.child(name);
            if (known != null) {
                checkKnown(configEntry, known);
            } else if (!isAboveScope(node)) {
                reportUnknown(name, configEntry, node);
            }
        });
    }

    private void checkKnown(ConfigEntry configEntry, Schema.KeyNode known) {
        if (configEntry instanceof ConfigEntry.Table table) { // a switch over types would delay each start
            if (known.isValue()) {
                problem(
                        configEntry,
                        "\"" + known.fullKey() + "\" is a value, not a table; write " + known.fullKey() + " = …");
            } else {
                checkTable(table, known);
            }
        } else if (configEntry instanceof ConfigEntry.Value value) {
            if (known.entries() != null && known.entries().isList()) {
                checkList(value, known);
            } else if (!known.isValue()) {
                problem(
                        configEntry,
                        "\"" + known.fullKey() + "\" is a table, not a "
                                + (value.value() instanceof Collection ? "list" : "value") + "; write ["
                                + known.fullKey() + "] and its keys below" + Schema.knownKeys(known));
            }
        }
    }

    private void checkList(ConfigEntry.Value value, Schema.KeyNode known) {
        ConfigEntry.Table numbered = value.asTable();
        if (numbered != null) {
            checkTable(numbered, known);
        } else if (!List.of().equals(value.value())) {
            problem(
                    value,
                    "\"" + known.fullKey() + "\" is a list of tables; write [[" + known.fullKey()
                            + "]] and its keys below, once for each element");
        }
    }

    private void reportUnknown(String name, ConfigEntry configEntry, Schema.KeyNode node) {
        boolean root = node == schema.root();
        if (root && name.equals("service") && configEntry instanceof ConfigEntry.Value) {
            return;
        }
        if (node.entries() != null) {
            problem(
                    configEntry,
                    "\"" + name + "\" cannot be the name of an entry of \"" + node.fullKey() + "\"; it must be "
                            + node.entries().rule());
            return;
        }
        String full = KeySyntax.join(node.fullKey(), name);
        if (node.allowsChild(name)) {
            if (configEntry instanceof ConfigEntry.Value) {
                problem(
                        configEntry,
                        "\"" + full + "\" is a table, not a value; write [" + full + "] and its keys below");
            }
            return;
        }
        String what = configEntry instanceof ConfigEntry.Table
                ? "unknown table [" + full + "]"
                : "unknown key \"" + name + "\"";
        problem(configEntry, what + schema.suggestion(name, node));
    }

    private void override(String fullKey) {
        Schema.KeyNode node = schema.root();
        String[] steps = fullKey.split("\\.", -1);
        for (int i = 0; i < steps.length; i++) {
            Schema.KeyNode next = node.child(steps[i]);
            if (next == null) {
                boolean later = i < steps.length - 1 && node.allowsChild(steps[i]);
                if (!later) {
                    override(fullKey, "unknown key \"" + fullKey + "\"" + suggestion(fullKey, steps[i], node));
                }
                return;
            }
            node = next;
        }
        if (!node.isValue()) {
            override(fullKey, "\"" + fullKey + "\" is a table; set one of its keys" + Schema.knownKeys(node));
        }
    }

    private String suggestion(String fullKey, String step, Schema.KeyNode node) {
        List<String> all =
                schema.settingKeys().stream().map(SettingKey::fullKey).toList();
        return SpellingSuggester.closestTo(fullKey, all)
                .map(SpellingSuggester::didYouMean)
                .orElseGet(() -> schema.suggestion(step, node));
    }

    /**
     * Reports unknown variables as warnings only, because orchestrators define variables for every service in the
     * environment.
     */
    private void checkEnvironment(Map<String, String> environment) {
        String prefix = scope.isEmpty() ? "" : KeySyntax.environmentName(scope) + "_";
        environment.keySet().stream()
                .sorted()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> !schema.variables().contains(name) && !schema.allowsVariable(name))
                .forEach(name -> warnings.add("env " + name + ": no setting has this variable"
                        + SpellingSuggester.closestTo(name, schema.variables())
                                .map(SpellingSuggester::didYouMean)
                                .orElse("")));
    }

    private void problem(ConfigEntry configEntry, String message) {
        problems.add(ConfigProblem.at(configEntry.keySource(), message));
    }

    private void override(String fullKey, String message) {
        problems.add(ConfigProblem.at(new SettingSource.CommandLine(fullKey), message));
    }
}
