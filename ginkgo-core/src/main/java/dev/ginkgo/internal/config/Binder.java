package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Binds the settings of a tree to what a configuration holds: finds, converts and checks every value, and every key
 * that nobody declared. It tells all problems at once and changes nothing that a setting gives: that is for the one
 * who publishes the snapshot. Binding one tree again is what a reload does.
 */
final class Binder {
    private final Schema schema;
    private final RawConfig rawConfig;
    private final String scope;
    private final Supplier<SettingValues> current;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<SettingInfo> infos = new ArrayList<>();
    private final Map<SettingDefinition<?>, SettingValues.Bound> bound = new LinkedHashMap<>();
    private final SourceResolver sourceResolver;

    private Binder(
            List<? extends SettingsOwner> places, RawConfig rawConfig, String scope, Supplier<SettingValues> current) {
        this.rawConfig = rawConfig;
        this.scope = scope;
        this.current = current;
        sourceResolver = new SourceResolver(rawConfig, problems);
        SettingValues before = current.get();
        places.forEach(place -> createSelectedChildren(place, before));
        schema = Schema.of(places);
    }

    /**
     * Binds a whole tree.
     *
     * @param places the root and the tables around it
     * @param configuration loaded anew
     * @param current where the settings find their values from now on; if there are problems, they keep what they
     *     had
     */
    static BindingResult bind(
            List<? extends SettingsOwner> places, Configuration configuration, Supplier<SettingValues> current) {
        return new Binder(places, configuration.load(), "", current).run();
    }

    /** Binds a whole tree to what it was bound to last: nothing is read again, but secret files. */
    static BindingResult rebind(
            List<? extends SettingsOwner> places, RawConfig rawConfig, Supplier<SettingValues> current) {
        return new Binder(places, rawConfig, "", current).run();
    }

    /**
     * Binds a child that was added while the tree runs, and all below it.
     *
     * @param rawConfig what the tree was bound to last; nothing is read again, but secret files
     * @return with a snapshot of the child's settings only, for {@link SettingValues#with}
     */
    static BindingResult bindAdded(SettingsOwner child, RawConfig rawConfig, Supplier<SettingValues> current) {
        return new Binder(List.of(child), rawConfig, child.key(), current).run();
    }

    /**
     * Builds what is to be chosen, from the top down: an engine may have choices of its own. What the tree lives
     * with already stays; that its choice has changed is told like the change of any fixed setting.
     */
    private void createSelectedChildren(SettingsOwner settingsOwner, SettingValues before) {
        ChildSelection choice = settingsOwner.childSelection();
        if (choice != null && before.bound(choice.engine()) == null) {
            SettingKey engine =
                    SettingKey.of(choice.engine(), choice.engine().fields().getFirst());
            Object name = sourceResolver
                    .find(engine)
                    .map(SourceResolver.RawValue::value)
                    .orElse(choice.engine().defaultValue());
            try {
                choice.create(String.valueOf(name));
            } catch (RuntimeException | LinkageError e) {
                problems.add(
                        ConfigProblem.of(engine.fullKey(), "\"" + name + "\" cannot be built: " + Messages.oneLine(e)));
            }
        }
        settingsOwner.childOwners().forEach(each -> createSelectedChildren(each, before));
    }

    private BindingResult run() {
        problems.addAll(schema.problems());
        if (scope.isEmpty()) {
            problems.addAll(rawConfig.problems());
        }
        new UnknownKeyCheck(schema, scope, problems, warnings).check(rawConfig);
        Map<SettingDefinition<?>, List<SettingKey>> settings = new LinkedHashMap<>();
        schema.settingKeys()
                .forEach(settingKey -> settings.computeIfAbsent(settingKey.setting(), _ -> new ArrayList<>())
                        .add(settingKey));
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
        return new BindingResult(snapshot, all, warnings, infos, rawConfig);
    }

    /** What one key has come to: its value, and where from; no value if it is missing or bad. */
    private record Read(SettingKey key, @Nullable Object value, SettingSource source) {}

    private void bind(SettingDefinition<?> setting, List<SettingKey> leaves) {
        List<Read> reads = leaves.stream().map(this::read).toList();
        boolean good = reads.stream().allMatch(each -> each.value != null) && assemble(setting, reads);
        reads.forEach(each -> infos.add(good ? info(each) : info(new Read(each.key, null, SettingSource.ofDefault()))));
    }

    private Read read(SettingKey settingKey) {
        Optional<SourceResolver.RawValue> found = sourceResolver.find(settingKey);
        if (found.isEmpty()) {
            Object byDefault = settingKey.field().defaultValue();
            if (byDefault == null
                    && !sourceResolver.isMentioned(settingKey)
                    && rawConfig.problems().isEmpty()) {
                problems.add(missing(settingKey));
            }
            return new Read(settingKey, byDefault, SettingSource.ofDefault());
        }
        SourceResolver.RawValue rawValue = found.get();
        try {
            return new Read(settingKey, rawValue.read(settingKey.field().type()), rawValue.source());
        } catch (InvalidValueException e) {
            problems.add(
                    ConfigProblem.at(rawValue.source(), settingKey.fullKey() + ": " + e.message(settingKey.secret())));
            return new Read(settingKey, null, rawValue.source());
        }
    }

    private boolean assemble(SettingDefinition<?> setting, List<Read> reads) {
        SettingSource settingSource = reads.stream()
                .map(Read::source)
                .filter(each -> !each.equals(SettingSource.ofDefault()))
                .findFirst()
                .orElse(SettingSource.ofDefault());
        Map<String, Object> fields = new HashMap<>();
        reads.forEach(each -> fields.put(each.key.field().key(), requireNonNull(each.value)));
        Object byDefault = setting.defaultValue();
        try {
            Object value = settingSource.equals(SettingSource.ofDefault()) && byDefault != null
                    ? byDefault
                    : setting.assemble(fields);
            bound.put(setting, new SettingValues.Bound(value, settingSource));
            return true;
        } catch (InvalidValueException e) {
            problems.add(ConfigProblem.at(settingSource, setting.fullKey() + ": " + e.message(setting.isSecret())));
            return false;
        }
    }

    private static SettingInfo info(Read read) {
        SettingKey settingKey = read.key;
        SettingDefinition<?> setting = settingKey.setting();
        Object byDefault = settingKey.field().defaultValue();
        Object value = read.value == null ? byDefault : read.value;
        return new SettingInfo(
                settingKey.fullKey(),
                settingKey.field().type().name(),
                setting.bounds(),
                byDefault == null ? "" : settingKey.print(byDefault),
                value == null ? "" : settingKey.print(value),
                read.source,
                setting.helpText(),
                setting.isRestartRequired(),
                settingKey.secret(),
                byDefault == null,
                settingKey.environmentName(),
                setting.owner().path(),
                value == null ? Optional.empty() : settingKey.toToml(value));
    }

    private static ConfigProblem missing(SettingKey settingKey) {
        String key = settingKey.fullKey();
        String way = settingKey.secret()
                ? "name a file that holds it as " + key + SettingKey.FILE_SUFFIX + " or in " + settingKey.fileVariable()
                : "write it in the file, or give it as " + settingKey.environmentName() + " or --set " + key + "=…";
        return ConfigProblem.of(key, "required (" + settingKey.field().type().name() + "), but not given; " + way);
    }
}
