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
 * Immutable values of all settings of a tree at one moment; the public view of it is {@code Snapshot}. A reload creates
 * a new instance, so values read from one instance are consistent with each other.
 */
public final class SettingValues {
    private static final SettingValues EMPTY = new SettingValues(Map.of());

    private final Map<SettingDefinition<?>, Bound> values;
    private final Version version = new Version();

    /** Identity of a snapshot, without its values. */
    static final class Version {}

    /** A value and its source. For a record, the source of its first component that does not have its default. */
    record Bound(Object value, SettingSource source) {
        /** Returns the source only, because the value may be a secret. */
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
     * Returns the value of a setting.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service that was added later
     */
    @SuppressWarnings("unchecked") // the binder stores only values that the setting has assembled
    public <T> T get(SettingDefinition<T> setting) {
        return (T) require(setting).value();
    }

    /**
     * Returns the source of a value. For a record, it is the source of its first component that does not have its
     * default.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service that was added later
     */
    public SettingSource source(SettingDefinition<?> setting) {
        return require(setting).source();
    }

    /** Returns the identity of this snapshot. */
    Version version() {
        return version;
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

    /**
     * Returns the settings whose values differ in a newer snapshot, in the order of declaration. Considers only
     * settings that are in both.
     */
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

    /** Returns this snapshot with the previous values of some settings, whose new values wait for a restart. */
    public SettingValues withPrevious(Collection<? extends SettingDefinition<?>> kept, SettingValues before) {
        Map<SettingDefinition<?>, Bound> copy = new LinkedHashMap<>(values);
        for (SettingDefinition<?> setting : kept) {
            copy.computeIfPresent(setting, (each, now) -> before.values.getOrDefault(each, now));
        }
        return of(copy);
    }

    /** Returns this snapshot with the values of another one added or replaced. */
    SettingValues with(SettingValues added) {
        Map<SettingDefinition<?>, Bound> copy = new LinkedHashMap<>(values);
        copy.putAll(added.values);
        return of(copy);
    }

    /** Returns this snapshot without some settings, whose services were removed. */
    SettingValues without(Collection<? extends SettingDefinition<?>> removed) {
        Map<SettingDefinition<?>, Bound> copy = new LinkedHashMap<>(values);
        copy.keySet().removeAll(removed);
        return of(copy);
    }

    /**
     * Returns the problems of these values in relation to each other and to those of {@code all}, which includes them.
     */
    public List<ConfigProblem> inconsistencies(SettingValues all) {
        return values.keySet().stream()
                .flatMap(setting -> setting.inconsistencies(all).stream())
                .toList();
    }

    /** Returns the number of settings. The values are not printed, because they may be secrets. */
    @Override
    public String toString() {
        return values.size() + " settings";
    }
}
