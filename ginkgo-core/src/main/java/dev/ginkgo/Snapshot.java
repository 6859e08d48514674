package dev.ginkgo;

import dev.ginkgo.config.Origin;
import dev.ginkgo.config.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of all settings of a tree at one moment. A reload makes a new one; this one never changes, so values
 * read from it belong together.
 */
public final class Snapshot {
    private static final Snapshot EMPTY = new Snapshot(Map.of());

    private final Map<Setting<?>, Bound> values;

    /** A value and where it comes from; of a record, where its first given component comes from. */
    record Bound(Object value, Origin origin) {
        /** The origin only: the value may be a secret. */
        @Override
        public String toString() {
            return origin.toString();
        }
    }

    private Snapshot(Map<Setting<?>, Bound> values) {
        this.values = values;
    }

    static Snapshot empty() {
        return EMPTY;
    }

    static Snapshot of(Map<Setting<?>, Bound> values) {
        return new Snapshot(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }

    /**
     * The value that the setting has here.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service added later
     */
    @SuppressWarnings("unchecked") // the binder puts under a setting only what it has assembled
    public <T> T get(Setting<T> setting) {
        return (T) require(setting).value();
    }

    /**
     * Where the value comes from; of a record, where its first given component comes from.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service added later
     */
    public Origin origin(Setting<?> setting) {
        return require(setting).origin();
    }

    @Nullable
    Bound bound(Setting<?> setting) {
        return values.get(setting);
    }

    private Bound require(Setting<?> setting) {
        Bound bound = values.get(setting);
        if (bound == null) {
            throw new IllegalArgumentException(
                    "setting \"" + setting.fullKey() + "\" is not in this snapshot: it belongs to another tree, or to"
                            + " a service that was added later");
        }
        return bound;
    }

    /** What differs in the newer one, in the order of declaration; only settings that are in both. */
    List<Change> changes(Snapshot newer) {
        List<Change> changes = new ArrayList<>();
        newer.values.forEach((setting, now) -> {
            Bound old = values.get(setting);
            if (old != null && !Objects.equals(old.value(), now.value())) {
                changes.add(new Change(setting, old.value(), now.value()));
            }
        });
        return changes;
    }

    /** This snapshot, but some settings with the values that they had before: their new ones wait for a restart. */
    Snapshot keeping(Collection<? extends Setting<?>> kept, Snapshot before) {
        Map<Setting<?>, Bound> copy = new LinkedHashMap<>(values);
        for (Setting<?> setting : kept) {
            copy.computeIfPresent(setting, (each, now) -> before.values.getOrDefault(each, now));
        }
        return of(copy);
    }

    /** This snapshot and the settings of one more service. */
    Snapshot with(Snapshot added) {
        Map<Setting<?>, Bound> copy = new LinkedHashMap<>(values);
        copy.putAll(added.values);
        return of(copy);
    }

    /** This snapshot without the settings of services that were removed. */
    Snapshot without(Collection<? extends Setting<?>> removed) {
        Map<Setting<?>, Bound> copy = new LinkedHashMap<>(values);
        copy.keySet().removeAll(removed);
        return of(copy);
    }

    /** What is wrong with these values beside each other and beside those of {@code all}, which has these, too. */
    List<Problem> problemsAmong(Snapshot all) {
        return values.keySet().stream()
                .flatMap(setting -> setting.problemsAmong(all).stream())
                .toList();
    }

    /** How many settings there are; the values may be secrets. */
    @Override
    public String toString() {
        return values.size() + " settings";
    }
}
