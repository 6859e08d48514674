package dev.ginkgo;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Problem;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A tree with the one reference that an engine would hold: binds, and publishes what was good. */
final class Bound {
    private final List<Place> places;
    private final AtomicReference<SettingValues> current = new AtomicReference<>(SettingValues.empty());

    Bound(Place... places) {
        this.places = List.of(places);
    }

    /** Binds, and publishes if there was no problem. */
    Binding load(Configuration configuration) {
        Binding binding = Binder.bind(places, configuration, current::get);
        if (binding.problems().isEmpty()) {
            current.set(binding.snapshot());
        }
        return binding;
    }

    Binding load(String toml) {
        return load(Configuration.none().text("app.toml", toml));
    }

    Binding add(Place child, Binding last) {
        Binding binding = Binder.bindAdded(child, last.raw(), current::get);
        if (binding.problems().isEmpty()) {
            current.updateAndGet(before -> before.with(binding.snapshot()));
        }
        return binding;
    }

    SettingValues snapshot() {
        return current.get();
    }

    /** The problems as they are printed. */
    List<String> problems(String toml) {
        return printed(load(toml));
    }

    List<String> problems(Configuration configuration) {
        return printed(load(configuration));
    }

    static List<String> printed(Binding binding) {
        return binding.problems().stream().map(Problem::toString).toList();
    }
}
