package dev.ginkgo;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Raw;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The settings of a running tree: one immutable snapshot that is swapped. What replaces it is always made from the
 * one that it replaces, so that a reload and a child that is added at the same moment both come through.
 */
final class LiveSettings {

    /** The values, and the text that they were bound from, for children to come. */
    private record Current(SettingValues snapshot, Raw raw) {}

    private final List<Place> places;
    private final AtomicReference<Current> current;
    private volatile Configuration configuration;
    private volatile List<String> pending = List.of();

    LiveSettings(List<Place> places, Configuration configuration) {
        this.places = List.copyOf(places);
        this.configuration = configuration;
        this.current = new AtomicReference<>(
                new Current(SettingValues.empty(), Configuration.none().load()));
    }

    SettingValues snapshot() {
        return current.get().snapshot;
    }

    Configuration configuration() {
        return configuration;
    }

    /** Keys whose new values wait for a restart. */
    List<String> pending() {
        return pending;
    }

    /** Binds all without publishing anything. */
    Binding bind(Configuration from) {
        return Binder.bind(places, from, this::snapshot);
    }

    /** What is bound now, whatever the files have become since. */
    Binding bound() {
        return Binder.again(places, current.get().raw, this::snapshot);
    }

    /** Makes {@code next} the values of the tree; those of children added meanwhile stay. */
    void publish(Configuration from, Binding binding, SettingValues next, List<String> nowPending) {
        current.updateAndGet(old -> new Current(old.snapshot.with(next), binding.raw()));
        configuration = from;
        pending = List.copyOf(nowPending);
    }

    /** Binds a child that is being added, with all below it. */
    void bindAdded(Place child) {
        while (true) {
            Current base = current.get();
            Binding binding = Binder.bindAdded(child, base.raw, this::snapshot).orThrow();
            Current next = new Current(base.snapshot.with(binding.snapshot()), base.raw);
            if (current.compareAndSet(base, next)) {
                return;
            }
        }
    }

    /** Lets go of the values of a child that was removed. */
    void forget(Place child) {
        current.updateAndGet(old -> new Current(old.snapshot.without(child.settings()), old.raw));
        child.places().forEach(this::forget);
    }
}
