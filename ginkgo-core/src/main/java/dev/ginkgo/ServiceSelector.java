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
 * A slot whose service is chosen by the configuration: declared by {@link Service#select}, built while binding.
 *
 * <pre>{@code
 * [hub.transport]
 * engine = "nats"
 * [hub.transport.nats]
 * servers = ["10.0.0.1:4222"]
 * }</pre>
 *
 * <p>The slot is a service of its own with one child, the engine, which is named as it was chosen: {@code
 * hub/transport/nats}. So each engine has a table for itself, and a file may hold the tables of engines that are not
 * chosen; they are not looked at. The choice is fixed while the tree runs.
 */
public final class ServiceSelector<S extends Service> extends Service implements Supplier<S> {
    private final SortedMap<String, Supplier<? extends S>> engines;
    private volatile @Nullable S selected;

    ServiceSelector(String byDefault, Map<String, Supplier<? extends S>> engines) {
        this.engines = new TreeMap<>(engines);
        SettingDefinition<String> engine =
                serviceNode.declare(SettingDefinition.ofNames(serviceNode, "engine", byDefault, this.engines.keySet()));
        engine.restartRequired().help("Which engine does the work; its own settings stand in the table of its name");
        serviceNode.allowChildren(List.copyOf(this.engines.keySet()));
        serviceNode.childSelection(new Selection(engine));
    }

    /**
     * The engine. From any thread.
     *
     * @throws IllegalStateException before it is built, as in a constructor
     */
    @Override
    public S get() {
        S service = selected;
        if (service == null) {
            throw new IllegalStateException("the engine of " + serviceNode.path() + " is not chosen yet: a constructor"
                    + " declares, onStart acts; use it in onStart, or hand on the choice itself, which is a Supplier");
        }
        return service;
    }

    /** Builds the engine for the binder. */
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
            Supplier<? extends S> maker = engines.get(name);
            if (maker == null
                    || serviceNode.serviceRun != null
                    || (old != null && old.serviceNode.name().equals(name))) {
                return;
            }
            S fresh = maker.get();
            if (old != null) {
                old.serviceNode.detachFromParent();
            }
            serviceNode.addWithoutStart(
                    name, fresh.serviceNode, Supervision.escalate().policy(), false);
            selected = fresh;
        }
    }
}
