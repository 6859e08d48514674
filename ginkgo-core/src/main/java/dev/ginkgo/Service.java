package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.engine.PeriodicLoop;
import dev.ginkgo.internal.engine.ServiceHooks;
import dev.ginkgo.internal.engine.ServiceNode;
import dev.ginkgo.internal.engine.ServiceRun;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A module that starts, stops and reloads, with everything in it: its children, its tasks, its resources and its
 * settings. Extend it, declare in the constructor (or in fields), act from {@code onStart} on:
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
 * <p><b>Start.</b> The children start one after another in the order of their declaration, then {@code onStart}
 * runs; when it returns, the service is ready. If anything fails, all that had been started is stopped again.
 *
 * <p><b>Stop</b> is the mirror: {@code onStop} runs while the tasks still live, then they are interrupted and
 * joined, then what is {@linkplain #closeOnStop owned} is closed in reverse, then the children stop in reverse. One deadline
 * governs it all, and what did not stop is told, with its stack.
 *
 * <p><b>Failure.</b> An exception that escapes a task fails the service. Its parent's {@link Supervision} decides:
 * by default the parent fails too, up to the root.
 *
 * <p><b>Threads.</b> Hooks and tasks run on virtual threads of their own, each hook of a service after the one
 * before; nothing of Ginkgo is locked while they run. All methods here may be called from any thread. Make services
 * {@code final} and compose them; none of the hooks wants a {@code super} call.
 */
public abstract class Service implements AutoCloseable {

    /** The log of the service's class. */
    protected final Logger log = LoggerFactory.getLogger(getClass());

    final ServiceNode serviceNode;

    protected Service() {
        serviceNode = new ServiceNode(new Hooks(), getClass().getSimpleName());
    }

    /** The hooks for the engine, which users of a service must not call. */
    private final class Hooks implements ServiceHooks {
        @Override
        public void onStart() throws Exception {
            Service.this.onStart();
        }

        @Override
        public void onStop() throws Exception {
            Service.this.onStop();
        }

        @Override
        public void onReload() throws Exception {
            Service.this.onReload();
        }

        @Override
        public Service service() {
            return Service.this;
        }

        @Override
        public Logger log() {
            return log;
        }
    }

    // ---- declare: in the constructor

    /**
     * Adds a child. In the constructor it is declared: it starts before this service's {@code onStart}. While this
     * service runs it is started before {@code add} returns, or, if it fails, thrown out again with a {@link
     * StartException}; and it is removed when this service stops.
     *
     * @param name its name among its siblings, its table in the configuration and its part of thread names: lower
     *     case words of letters and digits, joined by {@code -}
     * @throws IllegalArgumentException if the name is taken or malformed, or the child has a parent already
     */
    protected final <S extends Service> S add(String name, S child) {
        return add(name, child, Supervision.escalate());
    }

    /** Adds a child, and says what happens if it fails while running. */
    protected final <S extends Service> S add(String name, S child, Supervision onFailure) {
        requireNonNull(child, "the child \"" + name + "\" is null: is the field it comes from declared further down?");
        serviceNode.add(
                name,
                child.serviceNode,
                requireNonNull(onFailure, "onFailure is null").policy());
        return child;
    }

    /**
     * Adds a slot whose child the configuration chooses, by {@code engine = "…"} in the slot's table; see {@link ServiceSelector}.
     *
     * @param name the slot's name, by the rules of {@link #add(String, Service)}
     * @param byDefault the engine if the configuration names none
     * @param engines makers by name; the chosen one is called while binding, before anything starts
     */
    protected final <S extends Service> ServiceSelector<S> select(
            String name, String byDefault, Map<String, Supplier<? extends S>> engines) {
        return add(name, new ServiceSelector<>(byDefault, engines));
    }

    /**
     * Says which children may be added while the service runs, so that the configuration may hold tables for them:
     * names, or patterns in which {@code *} stands for any characters.
     */
    protected final void allowChildren(String... names) {
        serviceNode.allowChildren(List.of(names));
    }

    /** How this service starts and stops, where it differs from {@link Lifecycle#standard()}. */
    protected final void lifecycle(Lifecycle lifecycle) {
        serviceNode.lifecycle(requireNonNull(lifecycle, "lifecycle is null"));
    }

    /**
     * Declares a setting with a default, whose type it takes: String, Integer, Long, Double, Boolean, {@link
     * Duration}, {@code Size}, {@code Address}, {@code Secret}, {@link java.nio.file.Path}, an enum, or a record of
     * these, which is a table.
     *
     * @param key relative to this service's table: lower case words joined by {@code -}, tables by {@code .}
     */
    protected final <T> Setting<T> setting(String key, T byDefault) {
        return declare(SettingDefinition.of(serviceNode, key, byDefault));
    }

    /** Declares a setting that the configuration must give. */
    protected final <T> Setting<T> setting(String key, Class<T> required) {
        return declare(SettingDefinition.required(serviceNode, key, required));
    }

    /** Declares a setting that is a list, empty by default. */
    protected final <E> Setting<List<E>> list(String key, Class<E> element) {
        return declare(SettingDefinition.list(serviceNode, key, element));
    }

    /** Declares a setting that the configuration may give, and that is empty otherwise. */
    protected final <T> Setting<Optional<T>> optional(String key, Class<T> type) {
        return declare(SettingDefinition.optional(serviceNode, key, type));
    }

    private <T> Setting<T> declare(SettingDefinition<T> definition) {
        return new Setting<>(serviceNode.declare(definition));
    }

    // ---- hooks

    /**
     * Starts what the service does, usually by {@link #spawn}. May block, up to the start timeout. The children are
     * ready or degraded. Returning means ready, unless {@link #deferReady()} or {@link #degraded} was called; what it
     * throws fails the start.
     */
    protected void onStart() throws Exception {}

    /**
     * Runs first in a stop, while the service's own tasks still live: here they can be drained. Not called if
     * {@code onStart} failed. What it throws is reported and stops nothing from stopping.
     */
    protected void onStop() throws Exception {}

    /**
     * Runs at every reload that was applied, after the observers of this service's changed settings and after the
     * children's. What it throws is reported; the new settings stay.
     */
    protected void onReload() throws Exception {}

    // ---- act: from onStart on

    /**
     * Runs a task on a virtual thread named {@code path#name}. It is interrupted when the service stops; what
     * escapes it before fails the service. In its loops catch {@code IOException} and the like, not {@code
     * Exception}: that would swallow the interrupt.
     *
     * @throws IllegalStateException before {@code onStart} and from the begin of a stop on; no thread is made then
     */
    protected final void spawn(String name, TaskBody taskBody) {
        serviceNode.run("spawn").spawn(name, taskBody);
    }

    /** Runs a task once, after a pause. If the service stops first, it never runs. */
    protected final void spawnLater(String name, Duration delay, TaskBody taskBody) {
        requireNonNull(delay, "delay is null");
        spawn(name, () -> {
            sleep(delay);
            taskBody.run();
        });
    }

    /**
     * Runs a task again and again, the first time after one period. The period is asked for before each pause, so a
     * {@link Setting} may be given; it counts from begin to begin, and turns that were missed are left out.
     */
    protected final void every(String name, Supplier<Duration> period, TaskBody taskBody) {
        requireNonNull(period, "period is null");
        spawn(name, () -> PeriodicLoop.repeat(time(), period, taskBody));
    }

    /** The same with a period that does not change. */
    protected final void every(String name, Duration period, TaskBody taskBody) {
        requireNonNull(period, "period is null");
        every(name, () -> period, taskBody);
    }

    /** Pauses the calling thread, in the tree's time. Zero yields. */
    protected final void sleep(Duration pause) throws InterruptedException {
        ServiceRun serviceRun = serviceNode.run("sleep");
        WaitQueue.sleep(serviceRun.tree().time(), pause);
    }

    /** The tree's wall clock. */
    protected final Instant now() {
        return time().now();
    }

    /** The tree's time. */
    protected final TimeSource time() {
        return serviceNode.run("time").tree().time();
    }

    /**
     * Hands a resource to this run of the service: it is closed when the run stops or its start fails, in reverse
     * order of being owned, after the tasks. What must survive a restart is a child instead.
     *
     * @return the resource
     * @throws IllegalStateException before {@code onStart} and from the begin of a stop on; the resource is closed
     *     before this is thrown
     */
    protected final <C extends AutoCloseable> C closeOnStop(C resource) {
        requireNonNull(resource, "resource is null");
        serviceNode.closeOnStop(resource);
        return resource;
    }

    /** In {@code onStart}: returning does not mean ready yet; {@link #ready()} or {@link #degraded} will be called. */
    protected final void deferReady() {
        serviceNode.run("deferReady").deferReady();
    }

    /** Does its work (again). */
    protected final void ready() {
        serviceNode.run("ready").ready();
    }

    /** Runs, but something is missing. In {@code onStart} this counts as started. */
    protected final void degraded(String reason) {
        serviceNode.run("degraded").degraded(requireNonNull(reason, "reason is null"));
    }

    /**
     * Waits until connections may be served: for a service that listens by itself, before its first accept. That is
     * at once, unless whoever started the tree has something to do between the last bind and the first connection,
     * such as giving up root's rights. To be called by a task: in {@code onStart} it would wait for itself.
     */
    protected final void awaitOpen() throws InterruptedException {
        serviceNode.run("awaitOpen").tree().awaitOpen();
    }

    /** All settings at one moment: two values read from it belong together. */
    protected final Snapshot snapshot() {
        return new Snapshot(serviceNode.tree("snapshot").snapshot());
    }

    /** Stops a child for good and removes it. Its name is free then. */
    protected final void remove(Service child) {
        serviceNode.remove(requireNonNull(child, "child is null").serviceNode);
    }

    // ---- control and look

    /**
     * Starts this service as the root of a tree without configuration, and returns when it is ready or degraded.
     * {@link Ginkgo#of} does it with configuration.
     *
     * @throws StartException if it did not start; it has been stopped again then
     * @throws IllegalStateException if it runs already, or is a child
     */
    public final void start() {
        Ginkgo.start(this);
    }

    /**
     * Stops this service and everything below it, and returns when it has stopped. A child stays stopped until its
     * parent starts again. Called again, it waits for the same stop; called by a task of the service itself, the
     * stop runs on another thread and interrupts the caller like any task.
     *
     * @throws StopException if the stop was not clean; it went to its end all the same
     */
    public final void stop() {
        serviceNode.stop();
    }

    /** {@link #stop()}. */
    @Override
    public final void close() {
        stop();
    }

    /**
     * Waits until this service is ready. Not ready are a degraded service and one that waits for its restart.
     *
     * @throws NotReadyException after {@code atMost}, or as soon as it failed or stopped for good
     */
    public final void awaitReady(Duration atMost) throws InterruptedException {
        serviceNode.awaitReady(atMost);
    }

    /** Waits until this service has stopped or failed for good, and nothing of it runs; see {@link #status()}. */
    public final void awaitStopped() throws InterruptedException {
        serviceNode.awaitStopped();
    }

    /** What this service and all below it look like now. */
    public final Status status() {
        return serviceNode.status();
    }
}
