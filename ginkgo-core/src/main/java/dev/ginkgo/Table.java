package dev.ginkgo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A table of settings that belongs to no service: what a program around the tree wants to be configured with it,
 * such as {@code [log]}. It is handed to {@code Ginkgo}'s builder, and its settings are bound and reloaded with all
 * others. Tables of one name are one table in the configuration. For the one thread that constructs it; the settings are for any.
 */
public final class Table {
    private final Outside place;

    /**
     * @param name the name of the table, at the root of the configuration
     */
    public Table(String name) {
        place = new Outside(Keys.requireName(name), new ArrayList<>());
    }

    /** Declares a setting with a default, whose type it takes; see {@link Setting}. */
    public <T> Setting<T> setting(String key, T byDefault) {
        return place.declare(Setting.of(place, key, byDefault));
    }

    /** Declares a setting that the configuration must give. */
    public <T> Setting<T> setting(String key, Class<T> required) {
        return place.declare(Setting.required(place, key, required));
    }

    /** Declares a setting that is a list, empty by default. */
    public <E> Setting<List<E>> list(String key, Class<E> element) {
        return place.declare(Setting.list(place, key, element));
    }

    /** Declares a setting that the configuration may give, and that is empty otherwise. */
    public <T> Setting<Optional<T>> optional(String key, Class<T> type) {
        return place.declare(Setting.optional(place, key, type));
    }

    Place place() {
        return place;
    }

    private record Outside(String key, List<Setting<?>> settings) implements Place {
        <T> Setting<T> declare(Setting<T> setting) {
            settings.add(setting);
            return setting;
        }

        @Override
        public String path() {
            return "[" + key + "]";
        }

        @Override
        public String type() {
            return path();
        }

        @Override
        public List<? extends Place> places() {
            return List.of();
        }

        @Override
        public boolean sharesTable() {
            return true;
        }

        @Override
        public List<String> expected() {
            return List.of();
        }
    }
}
