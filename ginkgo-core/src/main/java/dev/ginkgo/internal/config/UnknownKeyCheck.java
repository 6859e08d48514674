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

    void check(RawConfig raw) {
        table(raw.table(), schema.root());
        raw.overrides().keySet().stream().filter(this::inScope).forEach(this::override);
        environment(raw.environment());
    }

    private boolean inScope(String fullKey) {
        return scope.isEmpty() || fullKey.equals(scope) || fullKey.startsWith(scope + ".");
    }

    /** Whether a key lies above the scope, so that what else stands beside it is not looked at. */
    private boolean above(Schema.KeyNode key) {
        return !inScope(key.full());
    }

    private void table(ConfigEntry.Table table, Schema.KeyNode at) {
        table.entries().forEach((name, entry) -> {
            Schema.KeyNode known = at.at(name);
            if (known != null) {
                known(entry, known);
            } else if (!above(at)) {
                unknown(name, entry, at);
            }
        });
    }

    private void known(ConfigEntry entry, Schema.KeyNode known) {
        switch (entry) {
            case ConfigEntry.Table _
            when known.isValue() ->
                problem(entry, "\"" + known.full() + "\" is a value, not a table; write " + known.full() + " = …");
            case ConfigEntry.Table below -> table(below, known);
            case ConfigEntry.Value value
            when !known.isValue() ->
                problem(
                        entry,
                        "\"" + known.full() + "\" is a table, not a "
                                + (value.value() instanceof Collection ? "list" : "value") + "; write ["
                                + known.full() + "] and its keys below" + Schema.known(known));
            case ConfigEntry.Value _ -> {}
        }
    }

    private void unknown(String name, ConfigEntry entry, Schema.KeyNode at) {
        boolean root = at == schema.root();
        if (root && name.equals("service") && entry instanceof ConfigEntry.Value) {
            return;
        }
        String full = KeySyntax.join(at.full(), name);
        if (at.mayHold(name)) {
            if (entry instanceof ConfigEntry.Value) {
                problem(entry, "\"" + full + "\" is a table, not a value; write [" + full + "] and its keys below");
            }
            return;
        }
        String what = entry instanceof ConfigEntry.Table ? "unknown table [" + full + "]" : "unknown key \"" + name + "\"";
        problem(entry, what + schema.advice(name, at));
    }

    private void override(String fullKey) {
        Schema.KeyNode at = schema.root();
        String[] steps = fullKey.split("\\.", -1);
        for (int i = 0; i < steps.length; i++) {
            Schema.KeyNode next = at.at(steps[i]);
            if (next == null) {
                boolean later = i < steps.length - 1 && at.mayHold(steps[i]);
                if (!later) {
                    override(fullKey, "unknown key \"" + fullKey + "\"" + advice(fullKey, steps[i], at));
                }
                return;
            }
            at = next;
        }
        if (!at.isValue()) {
            override(fullKey, "\"" + fullKey + "\" is a table; set one of its keys" + Schema.known(at));
        }
    }

    private String advice(String fullKey, String step, Schema.KeyNode at) {
        List<String> all = schema.leaves().stream().map(SettingKey::fullKey).toList();
        return SpellingSuggester.to(fullKey, all).map(SpellingSuggester::question).orElseGet(() -> schema.advice(step, at));
    }

    /** Only a warning: orchestrators put variables for every service of theirs into the environment. */
    private void environment(Map<String, String> environment) {
        String prefix = scope.isEmpty() ? "" : KeySyntax.environmentName(scope) + "_";
        environment.keySet().stream()
                .sorted()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> !schema.variables().contains(name) && !schema.mayHoldVariable(name))
                .forEach(name -> warnings.add("env " + name + ": no setting has this variable"
                        + SpellingSuggester.to(name, schema.variables())
                                .map(SpellingSuggester::question)
                                .orElse("")));
    }

    private void problem(ConfigEntry entry, String message) {
        problems.add(ConfigProblem.at(entry.key(), message));
    }

    private void override(String fullKey, String message) {
        problems.add(ConfigProblem.at(new SettingSource.CommandLine(fullKey), message));
    }
}
