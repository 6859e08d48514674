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
 * A slot whose service is chosen by the configuration: declared by {@link Service#choose}, built while binding.
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
    private volatile @Nullable S built;

    ServiceSelector(String byDefault, Map<String, Supplier<? extends S>> engines) {
        this.engines = new TreeMap<>(engines);
        SettingDefinition<String> engine =
                node.declare(SettingDefinition.oneOf(node, "engine", byDefault, this.engines.keySet()));
        engine.fixed().help("Which engine does the work; its own settings stand in the table of its name");
        node.expect(List.copyOf(this.engines.keySet()));
        node.choice(new Selection(engine));
    }

    /**
     * The engine. From any thread.
     *
     * @throws IllegalStateException before it is built, as in a constructor
     */
    @Override
    public S get() {
        S service = built;
        if (service == null) {
            throw new IllegalStateException("the engine of " + node.path() + " is not chosen yet: a constructor"
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
        public void build(String name) {
            S old = built;
            Supplier<? extends S> maker = engines.get(name);
            if (maker == null
                    || node.run != null
                    || (old != null && old.node.name().equals(name))) {
                return;
            }
            S fresh = maker.get();
            if (old != null) {
                old.node.orphan();
            }
            node.put(name, fresh.node, Supervision.escalate().policy(), false);
            built = fresh;
        }
    }
}
