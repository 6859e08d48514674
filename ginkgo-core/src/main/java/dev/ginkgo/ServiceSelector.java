package dev.ginkgo;

import dev.ginkgo.internal.config.ChildSelection;
import dev.ginkgo.internal.config.SettingDefinition;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Child whose implementation is selected by the configuration. Declared with {@link Service#select}; the
 * implementation, called the engine, is created while the settings are bound.
 *
 * <pre>{@code
 * [hub.transport]
 * engine = "nats"
 * [hub.transport.nats]
 * servers = ["10.0.0.1:4222"]
 * }</pre>
 *
 * <p>The selector is a service with one child, the engine, which is named after the selected engine: {@code
 * hub/transport/nats}. Each engine therefore has a table of its own. A file may contain the tables of engines that are
 * not selected; they are ignored. A change of the selection takes effect at the next restart.
 *
 * @param <S> the common type of the engines
 */
public final class ServiceSelector<S extends Service> extends Service implements Supplier<S> {
    private final SortedMap<String, Supplier<? extends S>> engines;
    private volatile @Nullable S selected;

    ServiceSelector(String defaultEngine, Map<String, Supplier<? extends S>> engines) {
        this.engines = new TreeMap<>(engines);
        SettingDefinition<String> engine = serviceNode.declare(
                SettingDefinition.ofNames(serviceNode, "engine", defaultEngine, this.engines.keySet()));
        engine.restartRequired().help("The engine to use; its settings are in the table of its name");
        serviceNode.allowChildren(List.copyOf(this.engines.keySet()));
        serviceNode.childSelection(new Selection(engine));
    }

    /**
     * Returns the selected engine. May be called from any thread.
     *
     * @throws IllegalStateException before the engine has been created, as in a constructor
     */
    @Override
    public S get() {
        S service = selected;
        if (service == null) {
            throw new IllegalStateException(
                    "the engine of " + serviceNode.path() + " is not selected yet: a constructor"
                            + " declares, onStart acts; use it in onStart, or pass the selector itself, which is a Supplier");
        }
        return service;
    }

    /** Creates the engine when the settings are bound. */
    private final class Selection implements ChildSelection {
        private final SettingDefinition<String> engine;

        Selection(SettingDefinition<String> engine) {
            this.engine = engine;
        }

        @Override
        public SettingDefinition<String> engine() {
            return engine;
        }

        @Override
        public void create(String name) {
            S old = selected;
            Supplier<? extends S> factory = engines.get(name);
            if (factory == null
                    || serviceNode.serviceRun != null
                    || (old != null && old.serviceNode.name().equals(name))) {
                return;
            }
            S created = factory.get();
            if (old != null) {
                old.serviceNode.detachFromParent();
            }
            serviceNode.addWithoutStart(
                    name, created.serviceNode, Supervision.escalate().policy(), false);
            selected = created;
        }
    }
}
