package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Binds the settings of a tree to a loaded configuration: finds, converts and validates every value, and reports every
 * key that no setting declares. All problems are reported at once. The values that settings return do not change: the
 * caller publishes the resulting snapshot. A reload binds the same tree again.
 */
final class Binder {
    private final Schema schema;
    private final RawConfig rawConfig;
    private final String scope;
    private final Supplier<SettingValues> current;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<SettingInfo> descriptions = new ArrayList<>();
    private final Map<SettingDefinition<?>, SettingValues.Bound> bound = new LinkedHashMap<>();
    private final SourceResolver sourceResolver;

    private Binder(
            List<? extends SettingsOwner> owners, RawConfig rawConfig, String scope, Supplier<SettingValues> current) {
        this.rawConfig = rawConfig;
        this.scope = scope;
        this.current = current;
        sourceResolver = new SourceResolver(rawConfig, problems);
        SettingValues before = current.get();
        owners.forEach(owner -> createSelectedChildren(owner, before));
        schema = Schema.of(owners, sourceResolver::entryNames);
    }

    /**
     * Binds a whole tree.
     *
     * @param owners the root of the tree and the sections
     * @param configuration loaded by this call
     * @param current supplies the snapshot from which the settings read from now on; if there are problems, they keep
     *     reading from the one before
     */
    static BindingResult bind(
            List<? extends SettingsOwner> owners, Configuration configuration, Supplier<SettingValues> current) {
        return new Binder(owners, configuration.load(), "", current).run();
    }

    /** Binds a whole tree to the same content again; only secret files are read again. */
    static BindingResult rebind(
            List<? extends SettingsOwner> owners, RawConfig rawConfig, Supplier<SettingValues> current) {
        return new Binder(owners, rawConfig, "", current).run();
    }

    /**
     * Binds a child that was added while the tree runs, and everything below it.
     *
     * @param rawConfig the content to which the tree is bound; only secret files are read again
     * @return with a snapshot of the child's settings only, for {@link SettingValues#with}
     */
    static BindingResult bindAdded(SettingsOwner child, RawConfig rawConfig, Supplier<SettingValues> current) {
        return new Binder(List.of(child), rawConfig, child.key(), current).run();
    }

    /**
     * Creates the selected children and those of tables, parents first, because an engine may select children of its own. Selections that
     * are already in use are not changed; a changed selection is reported like the change of any setting that requires
     * a restart.
     */
    private void createSelectedChildren(SettingsOwner settingsOwner, SettingValues before) {
        ChildSelection selection = settingsOwner.childSelection();
        if (selection != null && before.bound(selection.engine()) == null) {
            SettingKey engine = SettingKey.of(
                    selection.engine(), selection.engine().fields(List.of()).getFirst());
            Object name = sourceResolver
                    .find(engine)
                    .map(SourceResolver.RawValue::value)
                    .orElse(selection.engine().defaultValue());
            try {
                selection.create(String.valueOf(name));
            } catch (RuntimeException | LinkageError e) {
                problems.add(ConfigProblem.of(
                        engine.fullKey(), "\"" + name + "\" could not be created: " + Messages.oneLine(e)));
            }
        }
        ChildTables tables = settingsOwner.childTables();
        if (tables != null) {
            createTables(settingsOwner.key(), tables);
        }
        settingsOwner.childOwners().forEach(each -> createSelectedChildren(each, before));
    }

    private void createTables(String key, ChildTables tables) {
        try {
            if (!tables.create(sourceResolver.names(key, KeySyntax.NAME).toList())) {
                problems.add(ConfigProblem.of(
                        key, "the tables below it cannot change while its service runs; restart the program"));
            }
        } catch (RuntimeException | LinkageError e) {
            problems.add(ConfigProblem.of(key, "a child could not be created: " + Messages.oneLine(e)));
        }
    }

    private BindingResult run() {
        problems.addAll(schema.problems());
        if (scope.isEmpty()) {
            problems.addAll(rawConfig.problems());
        }
        new UnknownKeyCheck(schema, scope, problems, warnings).check(rawConfig);
        Map<SettingDefinition<?>, List<SettingKey>> settings = schema.settings();
        settings.forEach(this::bind);
        SettingValues snapshot = SettingValues.of(bound);
        if (bound.size() == settings.size() && rawConfig.problems().isEmpty()) {
            problems.addAll(snapshot.inconsistencies(current.get().with(snapshot)));
        }
        List<ConfigProblem> all =
                new LinkedHashSet<>(problems).stream().sorted().toList();
        if (all.isEmpty()) {
            settings.keySet().forEach(setting -> setting.bindTo(current));
        }
        return new BindingResult(snapshot, all, warnings, descriptions, rawConfig);
    }

    /** Value of one key and its source; the value is null if it is missing or invalid. */
    private record ResolvedValue(SettingKey key, @Nullable Object value, SettingSource source) {}

    private void bind(SettingDefinition<?> setting, List<SettingKey> leaves) {
        List<ResolvedValue> resolved = leaves.stream().map(this::resolve).toList();
        boolean valid = resolved.stream().allMatch(each -> each.value != null) && assemble(setting, resolved);
        TableMapping<?> table = setting.tableMapping();
        if (table != null && resolved.isEmpty()) {
            descriptions.add(describeEmpty(setting, table));
        }
        resolved.forEach(each -> descriptions.add(
                valid ? describe(each) : describe(new ResolvedValue(each.key, null, SettingSource.ofDefault()))));
    }

    private ResolvedValue resolve(SettingKey settingKey) {
        Optional<SourceResolver.RawValue> found = sourceResolver.find(settingKey);
        if (found.isEmpty()) {
            Object defaultValue = settingKey.field().defaultValue();
            if (defaultValue == null
                    && !sourceResolver.isMentioned(settingKey)
                    && rawConfig.problems().isEmpty()) {
                problems.add(missing(settingKey));
            }
            return new ResolvedValue(settingKey, defaultValue, SettingSource.ofDefault());
        }
        SourceResolver.RawValue rawValue = found.get();
        try {
            return new ResolvedValue(
                    settingKey, rawValue.convert(settingKey.field().type()), rawValue.source());
        } catch (InvalidValueException e) {
            problems.add(
                    ConfigProblem.at(rawValue.source(), settingKey.fullKey() + ": " + e.message(settingKey.secret())));
            return new ResolvedValue(settingKey, null, rawValue.source());
        }
    }

    private boolean assemble(SettingDefinition<?> setting, List<ResolvedValue> resolved) {
        SettingSource settingSource = firstSource(resolved, setting.fullKey());
        Map<String, Object> fields = new LinkedHashMap<>();
        resolved.forEach(each -> fields.put(each.key.field().key(), requireNonNull(each.value)));
        Object defaultValue = setting.defaultValue();
        List<String> present = sourceResolver.entryNames(setting);
        try {
            Object value = SettingSource.ofDefault().equals(settingSource) && present.isEmpty() && defaultValue != null
                    ? defaultValue
                    : setting.assemble(fields, present);
            bound.put(setting, new SettingValues.Bound(value, settingSource));
            return true;
        } catch (InvalidValueException e) {
            problems.add(ConfigProblem.at(
                    firstSource(resolved, KeySyntax.join(setting.fullKey(), e.entry())),
                    KeySyntax.join(setting.fullKey(), e.entry()) + ": " + e.message(setting.isSecret())));
            return false;
        }
    }

    /** Returns the source of the first key at or below {@code table} that does not have its default. */
    private static SettingSource firstSource(List<ResolvedValue> resolved, String table) {
        return resolved.stream()
                .filter(each -> (each.key.fullKey() + ".").startsWith(table + "."))
                .map(ResolvedValue::source)
                .filter(each -> !SettingSource.ofDefault().equals(each))
                .findFirst()
                .orElse(SettingSource.ofDefault());
    }

    /** Describes a setting whose user chooses the names in its table, and has chosen none. */
    private static SettingInfo describeEmpty(SettingDefinition<?> setting, TableMapping<?> table) {
        return new SettingInfo(
                setting.fullKey(),
                table.describe(setting.fullKey()),
                setting.bounds(),
                "",
                "",
                SettingSource.ofDefault(),
                setting.helpText(),
                setting.isRestartRequired(),
                false,
                false,
                "",
                setting.owner().path(),
                Optional.empty());
    }

    private static SettingInfo describe(ResolvedValue resolve) {
        SettingKey settingKey = resolve.key;
        SettingDefinition<?> setting = settingKey.setting();
        Object defaultValue = settingKey.field().defaultValue();
        Object value = resolve.value == null ? defaultValue : resolve.value;
        return new SettingInfo(
                settingKey.fullKey(),
                settingKey.field().type().name(),
                setting.bounds(),
                defaultValue == null ? "" : settingKey.print(defaultValue),
                value == null ? "" : settingKey.print(value),
                resolve.source,
                setting.helpText(),
                setting.isRestartRequired(),
                settingKey.secret(),
                defaultValue == null,
                settingKey.environmentName(),
                setting.owner().path(),
                value == null ? Optional.empty() : settingKey.toToml(value));
    }

    private static ConfigProblem missing(SettingKey settingKey) {
        String key = settingKey.fullKey();
        String advice = settingKey.secret()
                ? "name a file that contains it as " + key + SettingKey.FILE_SUFFIX + " or in "
                        + settingKey.fileVariable()
                : "write it in the file, or give it as " + settingKey.environmentName() + " or --set " + key + "=…";
        return ConfigProblem.of(key, "required (" + settingKey.field().type().name() + "), but not given; " + advice);
    }
}
