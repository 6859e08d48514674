package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Finds what was given and means nothing: keys that nobody declared, tables where values belong, and the reverse. */
final class UnknownKeyCheck {
    private final Schema schema;
    private final String scope;
    private final List<ConfigProblem> problems;
    private final List<String> warnings;

    /**
     * @param scope the table below which to look; empty for everything
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

    /** Whether a key lies above the scope, so that what else stands beside it is not looked at. */
    private boolean isAboveScope(Schema.KeyNode keyNode) {
        return !inScope(keyNode.fullKey());
    }

    private void checkTable(ConfigEntry.Table table, Schema.KeyNode at) {
        table.entries().forEach((name, configEntry) -> {
            Schema.KeyNode known = at.child(name);
            if (known != null) {
                checkKnown(configEntry, known);
            } else if (!isAboveScope(at)) {
                reportUnknown(name, configEntry, at);
            }
        });
    }

    private void checkKnown(ConfigEntry configEntry, Schema.KeyNode known) {
        switch (configEntry) {
            case ConfigEntry.Table _
            when known.isValue() ->
                problem(
                        configEntry,
                        "\"" + known.fullKey() + "\" is a value, not a table; write " + known.fullKey() + " = …");
            case ConfigEntry.Table below -> checkTable(below, known);
            case ConfigEntry.Value value
            when !known.isValue() ->
                problem(
                        configEntry,
                        "\"" + known.fullKey() + "\" is a table, not a "
                                + (value.value() instanceof Collection ? "list" : "value") + "; write ["
                                + known.fullKey() + "] and its keys below" + Schema.knownKeys(known));
            case ConfigEntry.Value _ -> {}
        }
    }

    private void reportUnknown(String name, ConfigEntry configEntry, Schema.KeyNode at) {
        boolean root = at == schema.root();
        if (root && name.equals("service") && configEntry instanceof ConfigEntry.Value) {
            return;
        }
        String full = KeySyntax.join(at.fullKey(), name);
        if (at.allowsChild(name)) {
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
        problem(configEntry, what + schema.suggestion(name, at));
    }

    private void override(String fullKey) {
        Schema.KeyNode at = schema.root();
        String[] steps = fullKey.split("\\.", -1);
        for (int i = 0; i < steps.length; i++) {
            Schema.KeyNode next = at.child(steps[i]);
            if (next == null) {
                boolean later = i < steps.length - 1 && at.allowsChild(steps[i]);
                if (!later) {
                    override(fullKey, "unknown key \"" + fullKey + "\"" + suggestion(fullKey, steps[i], at));
                }
                return;
            }
            at = next;
        }
        if (!at.isValue()) {
            override(fullKey, "\"" + fullKey + "\" is a table; set one of its keys" + Schema.knownKeys(at));
        }
    }

    private String suggestion(String fullKey, String step, Schema.KeyNode at) {
        List<String> all =
                schema.settingKeys().stream().map(SettingKey::fullKey).toList();
        return SpellingSuggester.closestTo(fullKey, all)
                .map(SpellingSuggester::didYouMean)
                .orElseGet(() -> schema.suggestion(step, at));
    }

    /** Only a warning: orchestrators put variables for every service of theirs into the environment. */
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
