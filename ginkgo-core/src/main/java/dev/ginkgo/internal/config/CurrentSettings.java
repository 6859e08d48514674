package dev.ginkgo.internal.config;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Settings of a running tree: a reference to an immutable snapshot. Each new snapshot is derived from the one that it
 * replaces, by compare-and-set, so that a reload and the addition of a child at the same moment both take effect. All
 * methods may be called from any thread.
 */
public final class CurrentSettings {

    /** The values, and the content that they were bound to, for children that are added later. */
    private record Current(SettingValues snapshot, RawConfig raw) {}

    private final List<SettingsOwner> owners;
    private final AtomicReference<Current> current;
    private volatile Configuration configuration;
    private volatile List<String> pendingRestart = List.of();

    public CurrentSettings(List<SettingsOwner> owners, Configuration configuration) {
        this.owners = List.copyOf(owners);
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

    /** Returns the keys whose new values take effect at the next restart. */
    public List<String> pendingRestart() {
        return pendingRestart;
    }

    /** Binds all settings to a configuration, without publishing the values. */
    public BindingResult bind(Configuration from) {
        return Binder.bind(owners, from, this::snapshot);
    }

    /** Binds all settings to the current content again, regardless of later changes to the files. */
    public BindingResult rebind() {
        return Binder.rebind(owners, current.get().raw, this::snapshot);
    }

    /**
     * Makes {@code next} the current values.
     *
     * @param before the snapshot that was current before the settings were bound
     * @return false if a child was added or removed since {@code before}: nothing has changed, and the settings have to
     *     be bound again, because that child would keep values of the previous content
     */
    public boolean publish(
            Configuration from,
            BindingResult bindingResult,
            SettingValues before,
            SettingValues next,
            List<String> nowPending) {
        Current base = current.get();
        if (base.snapshot != before
                || !current.compareAndSet(base, new Current(before.with(next), bindingResult.raw()))) {
            return false;
        }
        configuration = from;
        pendingRestart = List.copyOf(nowPending);
        return true;
    }

    /**
     * Binds a child that is being added, and everything below it.
     *
     * @throws dev.ginkgo.config.ConfigException if there are problems
     */
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

    /** Removes the values of a child that was removed, and of everything below it. */
    public void removeChild(SettingsOwner child) {
        current.updateAndGet(old -> new Current(old.snapshot.without(child.settings()), old.raw));
        child.childOwners().forEach(this::removeChild);
    }
}
