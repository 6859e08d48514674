package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.SettingSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of all settings of a tree at one moment; the public view of it is {@code Snapshot}. A reload makes a new one; this one never changes, so values
 * read from it belong together.
 */
public final class SettingValues {
    private static final SettingValues EMPTY = new SettingValues(Map.of());

    private final Map<SettingDefinition<?>, Bound> values;

    /** A value and where it comes from; of a record, where its first given component comes from. */
    record Bound(Object value, SettingSource source) {
        /** The origin only: the value may be a secret. */
        @Override
        public String toString() {
            return source.toString();
        }
    }

    private SettingValues(Map<SettingDefinition<?>, Bound> values) {
        this.values = values;
    }

    static SettingValues empty() {
        return EMPTY;
    }

    static SettingValues of(Map<SettingDefinition<?>, Bound> values) {
        return new SettingValues(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }

    /**
     * The value that the setting has here.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service added later
     */
    @SuppressWarnings("unchecked") // the binder puts under a setting only what it has assembled
    public <T> T get(SettingDefinition<T> setting) {
        return (T) require(setting).value();
    }

    /**
     * Where the value comes from; of a record, where its first given component comes from.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service added later
     */
    public SettingSource source(SettingDefinition<?> setting) {
        return require(setting).source();
    }

    @Nullable
    Bound bound(SettingDefinition<?> setting) {
        return values.get(setting);
    }

    private Bound require(SettingDefinition<?> setting) {
        Bound bound = values.get(setting);
        if (bound == null) {
            throw new IllegalArgumentException(
                    "setting \"" + setting.fullKey() + "\" is not in this snapshot: it belongs to another tree, or to"
                            + " a service that was added later");
        }
        return bound;
    }

    /** What differs in the newer one, in the order of declaration; only settings that are in both. */
    public List<SettingChange> changes(SettingValues newer) {
        List<SettingChange> changes = new ArrayList<>();
        newer.values.forEach((setting, now) -> {
            Bound old = values.get(setting);
            if (old != null && !Objects.equals(old.value(), now.value())) {
                changes.add(new SettingChange(setting, old.value(), now.value()));
            }
        });
        return changes;
    }

    /** This snapshot, but some settings with the values that they had before: their new ones wait for a restart. */
    public SettingValues withPrevious(Collection<? extends SettingDefinition<?>> kept, SettingValues before) {
        Map<SettingDefinition<?>, Bound> copy = new LinkedHashMap<>(values);
        for (SettingDefinition<?> setting : kept) {
            copy.computeIfPresent(setting, (each, now) -> before.values.getOrDefault(each, now));
        }
        return of(copy);
    }

    /** This snapshot and the settings of one more service. */
    SettingValues with(SettingValues added) {
        Map<SettingDefinition<?>, Bound> copy = new LinkedHashMap<>(values);
        copy.putAll(added.values);
        return of(copy);
    }

    /** This snapshot without the settings of services that were removed. */
    SettingValues without(Collection<? extends SettingDefinition<?>> removed) {
        Map<SettingDefinition<?>, Bound> copy = new LinkedHashMap<>(values);
        copy.keySet().removeAll(removed);
        return of(copy);
    }

    /** What is wrong with these values beside each other and beside those of {@code all}, which has these, too. */
    public List<ConfigProblem> inconsistencies(SettingValues all) {
        return values.keySet().stream()
                .flatMap(setting -> setting.inconsistencies(all).stream())
                .toList();
    }

    /** How many settings there are; the values may be secrets. */
    @Override
    public String toString() {
        return values.size() + " settings";
    }
}
