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
        BindingResult bindingResult = Binder.bind(places, configuration, current::get);
        if (bindingResult.problems().isEmpty()) {
            current.set(bindingResult.snapshot());
        }
        return bindingResult;
    }

    BindingResult load(String toml) {
        return load(Configuration.empty().text("app.toml", toml));
    }

    BindingResult add(SettingsOwner child, BindingResult last) {
        BindingResult bindingResult = Binder.bindAdded(child, last.raw(), current::get);
        if (bindingResult.problems().isEmpty()) {
            current.updateAndGet(before -> before.with(bindingResult.snapshot()));
        }
        return bindingResult;
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

    static List<String> printed(BindingResult bindingResult) {
        return bindingResult.problems().stream().map(ConfigProblem::toString).toList();
    }
}
