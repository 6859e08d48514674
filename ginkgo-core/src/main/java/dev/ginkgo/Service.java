package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Converter;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.engine.PeriodicLoop;
import dev.ginkgo.internal.engine.ServiceNode;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskHandle;
import dev.ginkgo.lifecycle.TaskType;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A component with a life cycle: it owns its children, its tasks, its resources and its settings. Extend this class,
 * declare children and settings in the constructor or in fields, and do the work from {@code onStart} on:
 *
 * <pre>{@code
 * final class HelloWorld extends Service {
 *     final Setting<String> message = setting("message", "Hello World").help("Text to print");
 *
 *     @Override
 *     protected void onStart() {
 *         spawn("hello", () -> {
 *             while (true) {
 *                 IO.println(message.get());
 *                 sleep(Duration.ofSeconds(1));
 *             }
 *         });
 *     }
 * }
 * }</pre>
 *
 * <p><b>Start.</b> The children start one after another, in the order of their declaration, or {@linkplain
 * Lifecycle#childrenInParallel() at the same time}. Then {@code onStart} runs; when it returns, the service is ready. If any
 * step fails, everything that has been started is stopped again and the start throws a {@link StartException}.
 *
 * <p><b>Stop</b> reverses the start: {@code onStop} runs while the tasks are still running; the tasks are interrupted and
 * joined; the {@linkplain #closeOnStop registered resources} are closed, last one first; the children stop, last one
 * first. A single deadline covers the whole stop. Errors do not prevent later steps: they are collected in a {@link
 * StopException}, together with the stack traces of tasks that did not end.
 *
 * <p><b>Failure.</b> An exception that escapes a task fails the service. The {@link Supervision} that was declared with
 * {@link #add(String, Service, Supervision)} decides what the parent does. By default the parent fails too, and so on
 * up to the root.
 *
 * <p><b>Threads.</b> Hooks and tasks run on virtual threads of their own. The hooks of a service run one after
 * another, and no lock of Ginkgo is held while user code runs. All methods may be called from any thread, except the
 * declaring methods, which belong in the constructor. Make services {@code final} and use composition. The hooks are
 * empty here: no override needs to call {@code super}.
 */
public abstract class Service implements AutoCloseable {

    /** Logger named after the class of the service. */
    protected final Logger log = LoggerFactory.getLogger(getClass());

    final ServiceNode serviceNode;

    /**
     * Creates a service that is not part of a tree yet. Its name in paths is the class name in kebab case, or the name
     * given to {@link #add} or {@link Ginkgo.Builder#name}.
     */
    @SuppressWarnings("this-escape") // the engine calls no hook before the start
    protected Service() {
        serviceNode = new ServiceNode(new HookAdapter(this, log), getClass().getSimpleName());
    }

    // ---- declaring, in the constructor

    /** Adds a child that escalates its failures; see {@link #add(String, Service, Supervision)}. */
    protected final <S extends Service> S add(String name, S child) {
        return add(name, child, Supervision.escalate());
    }

    /**
     * Adds a child. A child that is added in the constructor starts before this service's {@code onStart}. A child that
     * is added while this service runs is bound and started before {@code add} returns, and is removed when this
     * service stops.
     *
     * @param name name of the child among its siblings, of its table in the configuration, and of its segment in paths
     *     and thread names: lower case words of letters and digits, joined by {@code -}
     * @param onFailure what this service does when the running child fails
     * @return the child
     * @throws IllegalArgumentException if the name is malformed or in use, or the child already has a parent
     * @throws IllegalStateException if this service belongs to a tree but is not running
     * @throws StartException if the child was to start now and did not; it has been removed again
     * @throws dev.ginkgo.config.ConfigException if the child was to start now and its settings have problems
     */
    protected final <S extends Service> S add(String name, S child, Supervision onFailure) {
        requireNonNull(child, "the child \"" + name + "\" is null: is the field it comes from declared further down?");
        serviceNode.add(
                name,
                child.serviceNode,
                requireNonNull(onFailure, "onFailure is null").policy());
        return child;
    }

    /**
     * Adds a child whose implementation is selected by {@code engine = "…"} in its table; see {@link ServiceSelector}.
     *
     * @param name name of the child, as in {@link #add(String, Service, Supervision)}
     * @param defaultEngine the engine to use if the configuration does not name one
     * @param engines factories by engine name. Only the factory of the selected engine is called, while the settings
     *     are bound and before any service starts
     * @return the selector, which supplies the selected service from {@code onStart} on
     */
    protected final <S extends Service> ServiceSelector<S> select(
            String name, String defaultEngine, Map<String, Supplier<? extends S>> engines) {
        return add(name, new ServiceSelector<>(defaultEngine, engines));
    }

    /**
     * Declares the names of children that may be added while this service runs. The configuration may then contain
     * tables for them, although the children do not exist at the start.
     *
     * @param names names, or patterns in which {@code *} matches any characters
     */
    protected final void allowChildren(String... names) {
        serviceNode.allowChildren(List.of(names));
    }

    /** Sets how this service starts and stops, if that differs from {@link Lifecycle#standard()}. */
    protected final void lifecycle(Lifecycle lifecycle) {
        serviceNode.lifecycle(requireNonNull(lifecycle, "lifecycle is null"));
    }

    /**
     * Declares a setting that has a default. The type of the default is the type of the setting; {@link Setting} lists
     * the supported types.
     *
     * @param key key relative to the table of this service: lower case words joined by {@code -}, tables separated by
     *     {@code .}
     * @param defaultValue the value if no source provides one
     * @throws IllegalArgumentException if the key is malformed or in use, or the type is not supported
     */
    protected final <T> Setting<T> setting(String key, T defaultValue, Converter<?>... converters) {
        return declare(SettingDefinition.of(serviceNode, key, defaultValue, converters));
    }

    /** Declares a required setting: binding reports a problem if no source provides a value. */
    protected final <T> Setting<T> setting(String key, Class<T> required, Converter<?>... converters) {
        return declare(SettingDefinition.required(serviceNode, key, required, converters));
    }

    /** Declares a list setting, empty by default. A list of records is a list of tables: {@code [[upstream]]}. */
    protected final <E> Setting<List<E>> list(String key, Class<E> element, Converter<?>... converters) {
        return declare(SettingDefinition.list(serviceNode, key, element, converters));
    }

    /**
     * Declares a map setting, empty by default, whose keys the user chooses. For a record type each entry is a table:
     * {@code [upstreams.backup]}. The keys have the syntax of child names, and the map has the order of the file.
     */
    protected final <V> Setting<Map<String, V>> map(String key, Class<V> value, Converter<?>... converters) {
        return declare(SettingDefinition.map(serviceNode, key, value, converters));
    }

    /** Declares an optional setting, empty unless a source provides a value. */
    protected final <T> Setting<Optional<T>> optional(String key, Class<T> type, Converter<?>... converters) {
        return declare(SettingDefinition.optional(serviceNode, key, type, converters));
    }

    private <T> Setting<T> declare(SettingDefinition<T> definition) {
        return new Setting<>(serviceNode.declare(definition));
    }

    // ---- hooks

    /**
     * Starts the work of this service, usually with {@link #spawn}. The children are ready or degraded at this point.
     * May block, up to the start timeout ({@link Lifecycle#startTimeout}), after which it is interrupted and the start
     * fails. When it returns, the service is ready, unless it called {@link #deferReady()} or {@link #degraded}. If it
     * continues after {@link #ready()} or {@code degraded}, {@code onReload} waits for it, and a stop interrupts it.
     *
     * @throws Exception to fail the start
     */
    protected void onStart() throws Exception {}

    /**
     * Runs first during a stop, while the tasks of this service are still running, so that they can be drained. Not
     * called if {@code onStart} failed, and skipped if the stop deadline has passed. An exception is reported and does
     * not prevent the rest of the stop.
     */
    protected void onStop() throws Exception {}

    /**
     * Runs after a reload has been applied: after the observers of this service's changed settings, and after {@code
     * onReload} of the children. An exception is reported in the {@link dev.ginkgo.config.ReloadResult}, and so is that
     * {@code onStart} ran for longer than the start timeout; the new settings stay in effect. A stop interrupts this hook.
     */
    protected void onReload() throws Exception {}

    // ---- acting, from onStart on

    /**
     * Runs a task on a new virtual thread named {@code path#name}. A stop interrupts it. An exception that escapes the
     * task before that fails the service. In loops, catch {@code IOException} and other specific types rather than
     * {@code Exception}, which would also swallow the interrupt.
     *
     * @return a handle to cancel and to join the task
     * @throws IllegalStateException before {@code onStart}, or after a stop has begun; no thread is created
     */
    protected final TaskHandle spawn(String name, TaskBody taskBody) {
        return spawn(name, TaskType.TRANSIENT, taskBody);
    }

    /** Runs a task whose end, by return or exception, has the effect that the {@link TaskType} says. */
    protected final TaskHandle spawn(String name, TaskType type, TaskBody taskBody) {
        return serviceNode.run("spawn").spawn(name, requireNonNull(type, "type is null"), taskBody);
    }

    /** Runs a task once, after a delay. If the service stops first, or the task is cancelled, its body does not run. */
    protected final TaskHandle spawnLater(String name, Duration delay, TaskBody taskBody) {
        requireNonNull(delay, "delay is null");
        return spawn(name, () -> {
            sleep(delay);
            taskBody.run();
        });
    }

    /**
     * Runs a task periodically, for the first time after one period. The period is measured from start to start, and
     * runs that were missed are skipped. An exception that escapes the task ends the loop and fails the service.
     *
     * @param period evaluated before each pause, so that a {@link Setting} can be passed and a reload takes effect;
     *     must be positive
     */
    protected final TaskHandle every(String name, Supplier<Duration> period, TaskBody taskBody) {
        requireNonNull(period, "period is null");
        return spawn(name, () -> PeriodicLoop.repeat(time(), period, taskBody));
    }

    /** Runs a task periodically with a constant period; see {@link #every(String, Supplier, TaskBody)}. */
    protected final TaskHandle every(String name, Duration period, TaskBody taskBody) {
        requireNonNull(period, "period is null");
        return every(name, () -> period, taskBody);
    }

    /** Pauses the calling thread, in the time of the tree. A pause of zero yields the processor. */
    protected final void sleep(Duration pause) throws InterruptedException {
        WaitQueue.sleep(serviceNode.run("sleep").tree().time(), pause);
    }

    /** Returns the current time of the tree's {@link TimeSource}. */
    protected final Instant now() {
        return time().now();
    }

    /** Returns the time source of the tree. */
    protected final TimeSource time() {
        return serviceNode.run("time").tree().time();
    }

    /**
     * Registers a resource that is closed when this run of the service stops or its start fails. Resources are closed
     * after the tasks have ended, in reverse order of registration. For an object that has to survive a restart of this
     * service, use a child instead.
     *
     * @return the resource
     * @throws IllegalStateException before {@code onStart}, or after a stop has begun; the resource has been closed
     */
    protected final <C extends AutoCloseable> C closeOnStop(C resource) {
        requireNonNull(resource, "resource is null");
        serviceNode.closeOnStop(resource);
        return resource;
    }

    /**
     * Declares, in {@code onStart}, that the service is not ready when {@code onStart} returns, but when a task calls
     * {@link #ready()} or {@link #degraded}. If that does not happen within the start timeout, the start fails.
     */
    protected final void deferReady() {
        serviceNode.run("deferReady").deferReady();
    }

    /** Sets the state to {@code READY}. */
    protected final void ready() {
        serviceNode.run("ready").ready();
    }

    /**
     * Sets the state to {@code DEGRADED}: the service runs, but something it needs is missing. It counts as started.
     *
     * @param reason what is missing, in one line; shown in {@link Status#reason()}
     */
    protected final void degraded(String reason) {
        serviceNode.run("degraded").degraded(requireNonNull(reason, "reason is null"));
    }

    /**
     * Sets a detail of this service's health for this run; see {@link Status#details()}. It describes the state and does
     * not change it. It is public: the answer of a readiness check contains it.
     *
     * @param value converted to text by this call; null removes the detail
     */
    protected final void healthDetail(String name, @Nullable Object value) {
        serviceNode.run("healthDetail").healthDetail(requireNonNull(name, "name is null"), value);
    }

    /**
     * Waits until connections may be accepted. A service that listens calls this in a task before its first accept. It
     * returns at once, unless the tree was started with {@link Ginkgo.Builder#beforeOpen}: that step, such as dropping
     * root privileges, runs after the last listener is bound and before the first connection is served. Must not be
     * called in {@code onStart}, which it would block until the start timeout.
     */
    protected final void awaitOpen() throws InterruptedException {
        serviceNode.run("awaitOpen").tree().awaitOpen();
    }

    /**
     * Returns the current values of all settings of the tree. Values read from one snapshot are consistent with each
     * other.
     *
     * @throws IllegalStateException before the service belongs to a started tree
     */
    protected final Snapshot snapshot() {
        return new Snapshot(serviceNode.tree("snapshot").snapshot());
    }

    /**
     * Stops a child permanently and removes it, so that its name can be used again.
     *
     * @throws IllegalArgumentException if the service is not a child of this service
     * @throws StopException if the stop was not clean; the child has been removed
     */
    protected final void remove(Service child) {
        serviceNode.remove(requireNonNull(child, "child is null").serviceNode);
    }

    // ---- controlling and observing, for any caller

    /**
     * Starts this service as the root of a tree with the defaults of all settings, and returns when it is ready or
     * degraded. Use {@link Ginkgo#of} to start it with a configuration.
     *
     * @throws StartException if the service did not start; everything has been stopped again
     * @throws IllegalStateException if the service is running, or has a parent
     */
    public final void start() {
        Ginkgo.start(this);
    }

    /**
     * Stops this service and everything below it, and returns when it has stopped. A child stays stopped until its
     * parent starts again. If a stop is in progress, this call waits for it. If a task of the service itself calls this
     * method, the stop runs on another thread, which interrupts the calling task like any other; the call then returns
     * with the interrupt flag set.
     *
     * @throws StopException if the stop was not clean; it has been completed nevertheless
     */
    public final void stop() {
        serviceNode.stop();
    }

    /** Stops this service, like {@link #stop()}. */
    @Override
    public final void close() {
        stop();
    }

    /**
     * Waits until this service is ready, in the time of the tree. A service that is degraded or waits for its restart
     * is not ready.
     *
     * @throws NotReadyException if the service is not ready after {@code atMost}, or as soon as it cannot become ready
     *     any more because it has failed or stopped permanently
     */
    public final void awaitReady(Duration atMost) throws InterruptedException {
        serviceNode.awaitReady(atMost);
    }

    /**
     * Waits until this service has stopped or failed permanently and none of its tasks is running. {@link #status()}
     * then shows the result. Returns at once if the service was never started.
     */
    public final void awaitStopped() throws InterruptedException {
        serviceNode.awaitStopped();
    }

    /** Returns the current status of this service and of everything below it. */
    public final Status status() {
        return serviceNode.status();
    }
}
