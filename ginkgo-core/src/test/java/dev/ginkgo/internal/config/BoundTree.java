package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tree with the snapshot reference that an engine would hold: binds, and publishes the values if there are no problems.
 */
final class BoundTree {
    private final List<SettingsOwner> owners;
    private final AtomicReference<SettingValues> current = new AtomicReference<>(SettingValues.empty());

    BoundTree(SettingsOwner... owners) {
        this.owners = List.of(owners);
    }

    /** Binds, and publishes the values if there are no problems. */
    BindingResult load(Configuration configuration) {
        BindingResult bindingResult = Binder.bind(owners, configuration, current::get);
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

    /** Returns the problems as they are printed. */
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
