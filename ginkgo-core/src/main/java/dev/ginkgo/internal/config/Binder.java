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
    private final RawConfig raw;
    private final String scope;
    private final Supplier<SettingValues> current;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<SettingInfo> infos = new ArrayList<>();
    private final Map<SettingDefinition<?>, SettingValues.Bound> values = new LinkedHashMap<>();
    private final SourceResolver lookup;

    private Binder(List<? extends SettingsOwner> places, RawConfig raw, String scope, Supplier<SettingValues> current) {
        this.raw = raw;
        this.scope = scope;
        this.current = current;
        lookup = new SourceResolver(raw, problems);
        SettingValues before = current.get();
        places.forEach(place -> build(place, before));
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
    static BindingResult bind(List<? extends SettingsOwner> places, Configuration configuration, Supplier<SettingValues> current) {
        return new Binder(places, configuration.load(), "", current).run();
    }

    /** Binds a whole tree to what it was bound to last: nothing is read again, but secret files. */
    static BindingResult again(List<? extends SettingsOwner> places, RawConfig raw, Supplier<SettingValues> current) {
        return new Binder(places, raw, "", current).run();
    }

    /**
     * Binds a child that was added while the tree runs, and all below it.
     *
     * @param raw what the tree was bound to last; nothing is read again, but secret files
     * @return with a snapshot of the child's settings only, for {@link SettingValues#with}
     */
    static BindingResult bindAdded(SettingsOwner child, RawConfig raw, Supplier<SettingValues> current) {
        return new Binder(List.of(child), raw, child.key(), current).run();
    }

    /**
     * Builds what is to be chosen, from the top down: an engine may have choices of its own. What the tree lives
     * with already stays; that its choice has changed is told like the change of any fixed setting.
     */
    private void build(SettingsOwner place, SettingValues before) {
        ChildSelection choice = place.choice();
        if (choice != null && before.bound(choice.engine()) == null) {
            SettingKey engine = SettingKey.of(choice.engine(), choice.engine().fields().getFirst());
            Object name = lookup.find(engine)
                    .map(SourceResolver.RawValue::value)
                    .orElse(choice.engine().byDefault());
            try {
                choice.build(String.valueOf(name));
            } catch (RuntimeException | LinkageError e) {
                problems.add(ConfigProblem.of(engine.fullKey(), "\"" + name + "\" cannot be built: " + Messages.oneLine(e)));
            }
        }
        place.places().forEach(each -> build(each, before));
    }

    private BindingResult run() {
        problems.addAll(schema.problems());
        if (scope.isEmpty()) {
            problems.addAll(raw.problems());
        }
        new UnknownKeyCheck(schema, scope, problems, warnings).check(raw);
        Map<SettingDefinition<?>, List<SettingKey>> settings = new LinkedHashMap<>();
        schema.leaves()
                .forEach(leaf -> settings.computeIfAbsent(leaf.setting(), _ -> new ArrayList<>())
                        .add(leaf));
        settings.forEach(this::bind);
        SettingValues snapshot = SettingValues.of(values);
        if (values.size() == settings.size() && raw.problems().isEmpty()) {
            problems.addAll(snapshot.problemsAmong(current.get().with(snapshot)));
        }
        List<ConfigProblem> all = new LinkedHashSet<>(problems).stream().sorted().toList();
        if (all.isEmpty()) {
            settings.keySet().forEach(setting -> setting.attach(current));
        }
        return new BindingResult(snapshot, all, warnings, infos, raw);
    }

    /** What one key has come to: its value, and where from; no value if it is missing or bad. */
    private record Read(SettingKey leaf, @Nullable Object value, SettingSource origin) {}

    private void bind(SettingDefinition<?> setting, List<SettingKey> leaves) {
        List<Read> reads = leaves.stream().map(this::read).toList();
        boolean good = reads.stream().allMatch(each -> each.value != null) && assemble(setting, reads);
        reads.forEach(each -> infos.add(good ? info(each) : info(new Read(each.leaf, null, SettingSource.byDefault()))));
    }

    private Read read(SettingKey leaf) {
        Optional<SourceResolver.RawValue> found = lookup.find(leaf);
        if (found.isEmpty()) {
            Object byDefault = leaf.field().byDefault();
            if (byDefault == null && !lookup.mentions(leaf) && raw.problems().isEmpty()) {
                problems.add(missing(leaf));
            }
            return new Read(leaf, byDefault, SettingSource.byDefault());
        }
        SourceResolver.RawValue given = found.get();
        try {
            return new Read(leaf, given.read(leaf.field().type()), given.origin());
        } catch (InvalidValueException e) {
            problems.add(ConfigProblem.at(given.origin(), leaf.fullKey() + ": " + e.message(leaf.secret())));
            return new Read(leaf, null, given.origin());
        }
    }

    private boolean assemble(SettingDefinition<?> setting, List<Read> reads) {
        SettingSource origin = reads.stream()
                .map(Read::origin)
                .filter(each -> !each.equals(SettingSource.byDefault()))
                .findFirst()
                .orElse(SettingSource.byDefault());
        Map<String, Object> fields = new HashMap<>();
        reads.forEach(each -> fields.put(each.leaf.field().key(), requireNonNull(each.value)));
        Object byDefault = setting.byDefault();
        try {
            Object value =
                    origin.equals(SettingSource.byDefault()) && byDefault != null ? byDefault : setting.assemble(fields);
            values.put(setting, new SettingValues.Bound(value, origin));
            return true;
        } catch (InvalidValueException e) {
            problems.add(ConfigProblem.at(origin, setting.fullKey() + ": " + e.message(setting.isSecret())));
            return false;
        }
    }

    private static SettingInfo info(Read read) {
        SettingKey leaf = read.leaf;
        SettingDefinition<?> setting = leaf.setting();
        Object byDefault = leaf.field().byDefault();
        Object value = read.value == null ? byDefault : read.value;
        return new SettingInfo(
                leaf.fullKey(),
                leaf.field().type().name(),
                setting.bounds(),
                byDefault == null ? "" : leaf.print(byDefault),
                value == null ? "" : leaf.print(value),
                read.origin,
                setting.helpText(),
                setting.isFixed(),
                leaf.secret(),
                byDefault == null,
                leaf.environmentName(),
                setting.owner().path());
    }

    private static ConfigProblem missing(SettingKey leaf) {
        String key = leaf.fullKey();
        String way = leaf.secret()
                ? "name a file that holds it as " + key + SettingKey.FILE + " or in " + leaf.fileVariable()
                : "write it in the file, or give it as " + leaf.environmentName() + " or --set " + key + "=…";
        return ConfigProblem.of(key, "required (" + leaf.field().type().name() + "), but not given; " + way);
    }
}
