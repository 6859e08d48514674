package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A tree with the one reference that an engine would hold: binds, and publishes what was good. */
final class BoundTree {
    private final List<SettingsOwner> places;
    private final AtomicReference<SettingValues> current = new AtomicReference<>(SettingValues.empty());

    BoundTree(SettingsOwner... places) {
        this.places = List.of(places);
    }

    /** Binds, and publishes if there was no problem. */
    BindingResult load(Configuration configuration) {
        BindingResult binding = Binder.bind(places, configuration, current::get);
        if (binding.problems().isEmpty()) {
            current.set(binding.snapshot());
        }
        return binding;
    }

    BindingResult load(String toml) {
        return load(Configuration.none().text("app.toml", toml));
    }

    BindingResult add(SettingsOwner child, BindingResult last) {
        BindingResult binding = Binder.bindAdded(child, last.raw(), current::get);
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

    static List<String> printed(BindingResult binding) {
        return binding.problems().stream().map(ConfigProblem::toString).toList();
    }
}
