package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.config.ChildTables;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.State;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Service with one child for each table that the configuration has below its own. The children are created while the
 * settings are bound, in the order of the file, and each has the settings that its constructor declares.
 *
 * <pre>{@code
 * final ServiceGroup<Poller> feeds = add("feeds", new ServiceGroup<>(Poller::new, Supervision.restart()));
 * }</pre>
 *
 * <p>With {@code [feeds.prices]} and {@code [feeds.news]} there are two children, {@code feeds/prices} and {@code
 * feeds/news}. Their names have the syntax of child names. A reload may change their settings; one that adds or removes a
 * table is rejected, because it needs a restart.
 *
 * @param <S> the type of the children
 */
public final class ServiceGroup<S extends Service> extends Service {
    private final Supplier<? extends S> factory;
    private volatile Map<String, S> services = Map.of();

    /** Creates a group whose children escalate their failures. */
    public ServiceGroup(Supplier<? extends S> factory) {
        this(factory, Supervision.escalate());
    }

    /**
     * Creates a group.
     *
     * @param factory creates one child; called while the settings are bound, before any service starts
     * @param onFailure what the group does when a child fails
     */
    public ServiceGroup(Supplier<? extends S> factory, Supervision onFailure) {
        this.factory = requireNonNull(factory, "factory is null");
        serviceNode.childTables(new Tables(requireNonNull(onFailure, "onFailure is null")));
    }

    /** Makes the children start at the same time; see {@link Lifecycle#childrenInParallel()}. Returns this group. */
    public ServiceGroup<S> inParallel() {
        lifecycle(Lifecycle.standard().childrenInParallel());
        return this;
    }

    /** Returns the children by name. Empty before the settings are bound, as in a constructor. */
    public Map<String, S> services() {
        return services;
    }

    /** Creates the children when the settings are bound. */
    private final class Tables implements ChildTables {
        private final Supervision onFailure;

        Tables(Supervision onFailure) {
            this.onFailure = onFailure;
        }

        @Override
        public boolean create(List<String> names) {
            if (!serviceNode.terminated && status().state() != State.NEW) {
                return services.keySet().equals(Set.copyOf(names));
            }
            Map<String, S> next = new LinkedHashMap<>();
            services.forEach((name, service) -> {
                if (names.contains(name)) {
                    next.put(name, service);
                } else {
                    service.serviceNode.detachFromParent();
                }
            });
            for (String name : names) {
                next.computeIfAbsent(name, this::add);
            }
            services = Collections.unmodifiableMap(next);
            return true;
        }

        private S add(String name) {
            S created = factory.get();
            serviceNode.addWithoutStart(name, created.serviceNode, onFailure.policy(), false);
            return created;
        }
    }
}
