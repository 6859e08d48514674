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
import dev.ginkgo.internal.engine.ServiceNode;
import dev.ginkgo.internal.engine.ServiceTree;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree of services with its configuration, running.
 *
 * <pre>{@code
 * try (Ginkgo gateway = Ginkgo.of(new NumberGateway())
 *         .configuration(Configuration.empty().file(Path.of("gateway.toml")))
 *         .start()) {
 *     gateway.awaitStopped();
 * }
 * }</pre>
 *
 * <p>Two trees in one process know nothing of each other. All methods may be called from any thread.
 */
public final class Ginkgo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ginkgo.class);

    private final Service root;
    private final ServiceTree serviceTree;
    private final Reloader reloader;
    private final CurrentSettings settings;
    private final EngineSettings engineSettings;

    private Ginkgo(Service root, ServiceTree serviceTree, CurrentSettings settings, EngineSettings engineSettings) {
        this.root = root;
        this.serviceTree = serviceTree;
        this.settings = settings;
        this.engineSettings = engineSettings;
        this.reloader = new Reloader(serviceTree, settings, engineSettings);
    }

    /** Starts a service as the root of a tree, with the defaults of all its settings. See {@link Builder#start()}. */
    public static Ginkgo start(Service root) {
        return of(root).start();
    }

    /** Starts a service as the root of a tree, configured by the text of a TOML file. See {@link Builder#start()}. */
    public static Ginkgo start(Service root, String toml) {
        return of(root).configuration(Configuration.empty().text("toml", toml)).start();
    }

    /** Begins to say how {@code root} is to be started. */
    public static Builder of(Service root) {
        return new Builder(requireNonNull(root, "root is null"));
    }

    /**
     * {@link Service#status()} of the root of the tree in which {@code member} stands: for one that speaks for the
     * whole program, as a page of health does.
     */
    public static Status rootStatus(Service member) {
        ServiceNode top = requireNonNull(member, "member is null").serviceNode;
        for (ServiceNode above = top.parent(); above != null; above = above.parent()) {
            top = above;
        }
        return top.status();
    }

    /**
     * The services of a class at {@code top} and below it, each parent before its children, in the order in which they
     * were added; also before the start, except engines that have still to be chosen.
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

    /** The service at the root. */
    public Service root() {
        return root;
    }

    /** {@link Service#status()} of the root. */
    public Status status() {
        return serviceTree.root().status();
    }

    /**
     * Every live task of the tree, and of the engine's work for it; for a moment also one that has done its work and
     * whose thread has still to wake those who waited for it.
     */
    public List<TaskInfo> tasks() {
        return serviceTree.tasks();
    }

    /**
     * Reads the configuration's files again and applies what has changed, or nothing. Returns when every service
     * has been told; reloads that come at once take turns. Not to be called by an observer or {@code onReload}.
     */
    public ReloadResult reload() {
        return reload(settings.configuration());
    }

    /** The same with another configuration, which takes the place of the one before if it is applied. */
    public ReloadResult reload(Configuration configuration) {
        return reloader.reload(requireNonNull(configuration, "configuration is null"));
    }

    /**
     * Every setting of the tree as it was applied last, whatever its files have become since. One that waits for a
     * restart, {@link #pendingRestart()}, is shown with the value that it will have.
     */
    public List<SettingInfo> settings() {
        return settings.rebind().settings();
    }

    /** The keys of settings fixed at start whose new values wait for a restart. */
    public List<String> pendingRestart() {
        return settings.pendingRestart();
    }

    /** The exit code of a process whose tree was stopped by TERM, {@code [ginkgo] exit-on-term}. */
    public int exitOnTerm() {
        return engineSettings.exitOnTerm();
    }

    /** How long a whole stop may take, {@code [ginkgo] stop-timeout}. */
    public Duration stopTimeout() {
        return engineSettings.stopTimeout();
    }

    /** {@link Service#stop()} of the root. */
    public void stop() {
        root.stop();
    }

    /** {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    /** {@link Service#awaitStopped()} of the root. */
    public void awaitStopped() throws InterruptedException {
        root.awaitStopped();
    }

    /** How a tree is to be started. Each method returns the builder; nothing is read or started before the last. */
    public static final class Builder {
        private final Service root;
        private final List<ConfigSection> sections = new ArrayList<>();
        private Configuration configuration = Configuration.empty();
        private TimeSource timeSource = TimeSource.system();
        private RandomGenerator random = new Random();
        private @Nullable Consumer<StateChange> observer;
        private @Nullable TaskBody beforeOpen;
        private @Nullable String name;

        private Builder(Service root) {
            this.root = root;
        }

        /** The name of the root, the first part of every path; by default its class's, {@code number-gateway}. */
        public Builder name(String rootName) {
            this.name = KeySyntax.requireName(rootName);
            return this;
        }

        /** Where the settings come from; by default from nowhere. */
        public Builder configuration(Configuration from) {
            this.configuration = requireNonNull(from, "configuration is null");
            return this;
        }

        /** A table beside the services' that is bound with them, such as {@code [log]}. */
        public Builder section(ConfigSection configSection) {
            sections.add(requireNonNull(configSection, "table is null"));
            return this;
        }

        /** The time that the services live in; by default the machine's. */
        public Builder time(TimeSource treeTime) {
            this.timeSource = requireNonNull(treeTime, "time is null");
            return this;
        }

        /** Where the jitter of backoffs comes from. */
        public Builder random(RandomGenerator generator) {
            this.random = requireNonNull(generator, "random is null");
            return this;
        }

        /**
         * Adds one who is told of every change of state of every service, in order, on a thread that is not that of
         * any service.
         */
        public Builder onStateChange(Consumer<StateChange> told) {
            requireNonNull(told, "observer is null");
            this.observer = observer == null ? told : observer.andThen(told);
            return this;
        }

        /**
         * Runs when all services are up, on the thread that starts them: every listener is bound, and no connection
         * has been served yet. If it throws, the tree is stopped again, and the start has failed.
         */
        public Builder beforeOpen(TaskBody step) {
            this.beforeOpen = requireNonNull(step, "step is null");
            return this;
        }

        /** Binds and validates everything, and starts nothing: what {@code -h} and {@code check} print. */
        public ValidationResult validate() {
            requireRoot();
            return currentSettings(new EngineSettings()).bind(configuration).validationResult();
        }

        /**
         * Binds the settings and starts the tree; returns when the root is ready or degraded.
         *
         * @throws ConfigException with every problem of the configuration; nothing has been started
         * @throws StartException if a service did not start; everything has been stopped again
         * @throws IllegalStateException if the root runs already, or is a child
         */
        public Ginkgo start() {
            requireRoot();
            EngineSettings engineSettings = new EngineSettings();
            CurrentSettings live = currentSettings(engineSettings);
            ServiceTree serviceTree =
                    new ServiceTree(root.serviceNode, timeSource, random, engineSettings, live, observer);
            Ginkgo ginkgo = new Ginkgo(root, serviceTree, live, engineSettings);
            root.serviceNode.attachAsRoot(serviceTree);
            try {
                if (name != null) {
                    root.serviceNode.rename(name);
                }
                BindingResult bindingResult = live.bind(configuration).orThrow();
                live.publish(configuration, bindingResult, bindingResult.snapshot(), List.of());
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

        private CurrentSettings currentSettings(EngineSettings engineSettings) {
            List<SettingsOwner> places = new ArrayList<>();
            places.add(root.serviceNode);
            places.add(engineSettings.owner());
            sections.forEach(configSection -> places.add(configSection.owner()));
            return new CurrentSettings(places, configuration);
        }

        private void requireRoot() {
            ServiceNode parent = root.serviceNode.parent();
            if (parent != null) {
                throw new IllegalStateException(
                        root.serviceNode.path() + " is a child; it starts with its root, which is started instead");
            }
        }
    }
}
