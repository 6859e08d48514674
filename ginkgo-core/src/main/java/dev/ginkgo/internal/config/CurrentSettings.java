package dev.ginkgo.internal.config;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The settings of a running tree: one immutable snapshot that is swapped. What replaces it is always made from the
 * one that it replaces, so that a reload and a child that is added at the same moment both come through.
 */
public final class CurrentSettings {

    /** The values, and the text that they were bound from, for children to come. */
    private record Current(SettingValues snapshot, RawConfig raw) {}

    private final List<SettingsOwner> owners;
    private final AtomicReference<Current> current;
    private volatile Configuration configuration;
    private volatile List<String> pendingRestart = List.of();

    public CurrentSettings(List<SettingsOwner> places, Configuration configuration) {
        this.owners = List.copyOf(places);
        this.configuration = configuration;
        this.current = new AtomicReference<>(
                new Current(SettingValues.empty(), Configuration.empty().load()));
    }

    public SettingValues snapshot() {
        return current.get().snapshot;
    }

    public Configuration configuration() {
        return configuration;
    }

    /** Keys whose new values wait for a restart. */
    public List<String> pendingRestart() {
        return pendingRestart;
    }

    /** Binds all without publishing anything. */
    public BindingResult bind(Configuration from) {
        return Binder.bind(owners, from, this::snapshot);
    }

    /** What is bound now, whatever the files have become since. */
    public BindingResult rebind() {
        return Binder.rebind(owners, current.get().raw, this::snapshot);
    }

    /** Makes {@code next} the values of the tree; those of children added meanwhile stay. */
    public void publish(Configuration from, BindingResult bindingResult, SettingValues next, List<String> nowPending) {
        current.updateAndGet(old -> new Current(old.snapshot.with(next), bindingResult.raw()));
        configuration = from;
        pendingRestart = List.copyOf(nowPending);
    }

    /** Binds a child that is being added, with all below it. */
    public void bindAdded(SettingsOwner child) {
        while (true) {
            Current base = current.get();
            BindingResult bindingResult =
                    Binder.bindAdded(child, base.raw, this::snapshot).orThrow();
            Current next = new Current(base.snapshot.with(bindingResult.snapshot()), base.raw);
            if (current.compareAndSet(base, next)) {
                return;
            }
        }
    }

    /** Lets go of the values of a child that was removed. */
    public void removeChild(SettingsOwner child) {
        current.updateAndGet(old -> new Current(old.snapshot.without(child.settings()), old.raw));
        child.childOwners().forEach(this::removeChild);
    }
}
