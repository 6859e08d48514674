package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.internal.config.BindingResult;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.internal.config.KeySyntax;
import dev.ginkgo.internal.config.SettingsOwner;
import dev.ginkgo.internal.engine.EngineSettings;
import dev.ginkgo.internal.engine.Reloader;
import dev.ginkgo.internal.engine.RestartRequest;
import dev.ginkgo.internal.engine.ServiceNode;
import dev.ginkgo.internal.engine.ServiceTree;
import dev.ginkgo.lifecycle.LifecycleCounters;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.lifecycle.TreeListener;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running tree of services with its configuration.
 *
 * <pre>{@code
 * try (Ginkgo gateway = Ginkgo.of(new NumberGateway())
 *         .configuration(Configuration.empty().file(Path.of("gateway.toml")))
 *         .start()) {
 *     gateway.awaitStopped();
 * }
 * }</pre>
 *
 * <p>A process may run several trees; they share no state. All methods may be called from any thread.
 */
public final class Ginkgo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ginkgo.class);

    private final Service root;
    private final ServiceTree serviceTree;
    private final Reloader reloader;
    private final CurrentSettings settings;
    private final EngineSettings engineSettings;
    private volatile @Nullable ReloadResult lastReload;

    private Ginkgo(Service root, ServiceTree serviceTree, CurrentSettings settings, EngineSettings engineSettings) {
        this.root = root;
        this.serviceTree = serviceTree;
        this.settings = settings;
        this.engineSettings = engineSettings;
        this.reloader = new Reloader(serviceTree, settings, engineSettings);
    }

    /** Starts a service as the root of a tree with the defaults of all settings. See {@link Builder#start()}. */
    public static Ginkgo start(Service root) {
        return of(root).start();
    }

    /** Starts a service as the root of a tree with settings from TOML text. See {@link Builder#start()}. */
    public static Ginkgo start(Service root, String toml) {
        return of(root).configuration(Configuration.empty().text("toml", toml)).start();
    }

    /** Returns a builder that starts {@code root} as the root of a tree. */
    public static Builder of(Service root) {
        return new Builder(requireNonNull(root, "root is null"));
    }

    /**
     * Returns the status of the root of the tree to which {@code member} belongs. For services that report on the whole
     * program, such as a health page.
     */
    public static Status rootStatus(Service member) {
        ServiceNode top = requireNonNull(member, "member is null").serviceNode;
        for (ServiceNode above = top.parent(); above != null; above = above.parent()) {
            top = above;
        }
        return top.status();
    }

    /**
     * Returns the services of a class in the subtree of {@code top}, including {@code top} itself: each parent before
     * its children, children in the order in which they were added. Also works before the start, when the services
     * selected by a {@link ServiceSelector} do not exist yet.
     */
    public static <S extends Service> List<S> findAll(Service top, Class<S> type) {
        List<S> found = new ArrayList<>();
        collect(requireNonNull(top, "top is null").serviceNode, type, found);
        return found;
    }

    private static <S extends Service> void collect(ServiceNode serviceNode, Class<S> type, List<S> found) {
        Object service = serviceNode.hooks().service();
        if (type.isInstance(service)) {
            found.add(type.cast(service));
        }
        serviceNode.children().forEach(child -> collect(child, type, found));
    }

    /** Returns the root of the tree. */
    public Service root() {
        return root;
    }

    /** Returns the status of the root, which includes the whole tree. */
    public Status status() {
        return serviceTree.root().status();
    }

    /**
     * Returns how often services were started, stopped and restarted, how often tasks failed, and how many reloads there
     * were. Also works after the stop.
     */
    public LifecycleCounters counters() {
        return serviceTree.recorder.counters();
    }

    /**
     * Returns every live task: those of the services and those of the engine. The list may briefly contain a task whose
     * work is done and whose thread is about to end.
     */
    public List<TaskInfo> tasks() {
        return serviceTree.tasks();
    }

    /**
     * Returns the tasks that occupied every carrier thread at the last check, which takes place every two seconds; empty
     * if virtual threads could run. Such tasks compute without blocking, and no other task makes progress.
     */
    public List<TaskInfo> busyTasks() {
        return serviceTree.watchdog.busyTasks();
    }

    /**
     * Reads the files of the configuration again, and applies all changes or none. Returns after every service has been
     * notified. Concurrent reloads run one after another. Must not be called from an observer or from {@code onReload},
     * which would wait for itself.
     *
     * @return what changed, or the problems for which nothing changed
     */
    public ReloadResult reload() {
        return reload(settings.configuration());
    }

    /**
     * Reloads with another configuration, which replaces the current one if it is applied. Otherwise like {@link
     * #reload()}.
     */
    public ReloadResult reload(Configuration configuration) {
        ReloadResult result = reloader.reload(requireNonNull(configuration, "configuration is null"));
        lastReload = result;
        return result;
    }

    /** Returns the result of the last reload; empty if there was none. */
    public Optional<ReloadResult> lastReload() {
        return Optional.ofNullable(lastReload);
    }

    /**
     * Returns every setting of the tree as it was last applied, regardless of later changes to the files. A setting
     * listed in {@link #pendingRestart()} is shown with its new value.
     */
    public List<SettingInfo> settings() {
        return settings.rebind().settings();
    }

    /** Returns the keys of settings whose new values take effect at the next restart. */
    public List<String> pendingRestart() {
        return settings.pendingRestart();
    }

    /**
     * Restarts a supervised service: it is stopped and started again, alone or with its siblings as its {@link
     * Supervision} says. Unlike a failure this does not count for the restart intensity, and there is no backoff. Returns
     * when the restart has begun; the status of the service shows how it ends.
     *
     * @param path path of the service in the tree, such as {@code gateway/feed}
     * @throws IllegalArgumentException if there is no such service
     * @throws IllegalStateException if the service is not running, or if its supervision does not restart it
     */
    public void restart(String path) {
        RestartRequest.restart(serviceTree, requireNonNull(path, "path is null"));
    }

    /** Returns the exit code for a process that was stopped by the TERM signal: {@code [ginkgo] exit-on-term}. */
    public int exitOnTerm() {
        return engineSettings.exitOnTerm();
    }

    /** Returns the limit for a stop of the whole tree: {@code [ginkgo] stop-timeout}. */
    public Duration stopTimeout() {
        return engineSettings.stopTimeout();
    }

    /** Stops the tree; see {@link Service#stop()}. */
    public void stop() {
        root.stop();
    }

    /** Stops the tree; the same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    /** Waits until the tree has stopped; see {@link Service#awaitStopped()}. */
    public void awaitStopped() throws InterruptedException {
        root.awaitStopped();
    }

    /**
     * Options for starting a tree. Each method returns this builder. Nothing is read or started before {@link
     * #validate()} or {@link #start()}. Used by one thread.
     */
    public static final class Builder {
        private final Service root;
        private final List<ConfigSection> sections = new ArrayList<>();
        private Configuration configuration = Configuration.empty();
        private TimeSource timeSource = TimeSource.system();
        private RandomGenerator random = new Random();
        private final List<TreeListener> listeners = new ArrayList<>();
        private @Nullable TaskBody beforeOpen;
        private @Nullable String name;

        private Builder(Service root) {
            this.root = root;
        }

        /**
         * Sets the name of the root, which is the first segment of every path. By default it is the class name in kebab
         * case, such as {@code number-gateway}.
         *
         * @throws IllegalArgumentException if the name is malformed
         */
        public Builder name(String rootName) {
            this.name = KeySyntax.requireName(rootName);
            return this;
        }

        /** Sets the sources of the settings. By default there are none, and every setting has its default. */
        public Builder configuration(Configuration from) {
            this.configuration = requireNonNull(from, "configuration is null");
            return this;
        }

        /**
         * Adds a table that belongs to no service, such as {@code [log]}. It is bound and reloaded with the settings of
         * the services.
         */
        public Builder section(ConfigSection configSection) {
            sections.add(requireNonNull(configSection, "section is null"));
            return this;
        }

        /** Sets the time source of the tree; by default {@link TimeSource#system()}. */
        public Builder time(TimeSource treeTime) {
            this.timeSource = requireNonNull(treeTime, "time is null");
            return this;
        }

        /** Sets the source of the jitter in restart backoffs. */
        public Builder random(RandomGenerator generator) {
            this.random = requireNonNull(generator, "random is null");
            return this;
        }

        /**
         * Adds an observer of the state changes of all services. It receives the changes in order, on a thread of its
         * own; an observer that blocks delays no service.
         */
        public Builder onStateChange(Consumer<StateChange> stateObserver) {
            requireNonNull(stateObserver, "observer is null");
            return listener(new TreeListener() {
                @Override
                public void stateChanged(StateChange change) {
                    stateObserver.accept(change);
                }
            });
        }

        /** Adds a listener for changes of state, failures of tasks, restarts and reloads; see {@link TreeListener}. */
        public Builder listener(TreeListener listener) {
            listeners.add(requireNonNull(listener, "listener is null"));
            return this;
        }

        /**
         * Sets a step that runs on the starting thread after all services are ready or degraded: every listener is
         * bound, and no connection has been served. If the step throws, the tree is stopped again and the start fails.
         */
        public Builder beforeOpen(TaskBody step) {
            this.beforeOpen = requireNonNull(step, "step is null");
            return this;
        }

        /**
         * Binds and validates all settings without starting anything. {@code -h} and {@code ginkgo check} print the
         * result.
         */
        public ValidationResult validate() {
            requireRoot();
            return createSettings(new EngineSettings()).bind(configuration).validationResult();
        }

        /**
         * Binds the settings and starts the tree. Returns when the root is ready or degraded.
         *
         * @throws ConfigException if the configuration has problems; it lists all of them, and nothing has been started
         * @throws StartException if a service did not start; everything has been stopped again
         * @throws IllegalStateException if the root is running, or has a parent
         */
        public Ginkgo start() {
            requireRoot();
            EngineSettings engineSettings = new EngineSettings();
            CurrentSettings currentSettings = createSettings(engineSettings);
            ServiceTree serviceTree = new ServiceTree(
                    root.serviceNode,
                    timeSource,
                    random,
                    engineSettings,
                    currentSettings,
                    List.copyOf(listeners),
                    Thread.ofVirtual().factory());
            Ginkgo ginkgo = new Ginkgo(root, serviceTree, currentSettings, engineSettings);
            root.serviceNode.attachAsRoot(serviceTree);
            try {
                if (name != null) {
                    root.serviceNode.rename(name);
                }
                BindingResult bindingResult =
                        currentSettings.bind(configuration).orThrow();
                currentSettings.publish(
                        configuration, bindingResult, currentSettings.snapshot(), bindingResult.snapshot(), List.of());
                bindingResult.warnings().forEach(LOG::warn);
            } catch (RuntimeException | Error e) {
                serviceTree.abortStart();
                throw e;
            }
            timeSource.onTreeStart(
                    () -> serviceTree.tasks().stream().map(TaskInfo::thread).toList());
            serviceTree.start(beforeOpen);
            return ginkgo;
        }

        private CurrentSettings createSettings(EngineSettings engineSettings) {
            List<SettingsOwner> owners = new ArrayList<>();
            owners.add(root.serviceNode);
            owners.add(engineSettings.owner());
            sections.forEach(configSection -> owners.add(configSection.owner()));
            return new CurrentSettings(owners, configuration);
        }

        private void requireRoot() {
            ServiceNode parent = root.serviceNode.parent();
            if (parent != null) {
                throw new IllegalStateException(root.serviceNode.path()
                        + " is a child and starts together with its root; start the root instead");
            }
        }
    }
}
