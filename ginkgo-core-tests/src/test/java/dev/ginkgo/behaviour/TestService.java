package dev.ginkgo.behaviour;

import dev.ginkgo.Service;
import dev.ginkgo.Supervision;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskHandle;
import dev.ginkgo.lifecycle.TaskType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Service whose hooks a test supplies. It records their calls in a list that the whole tree shares, and gives a test
 * access to the protected methods of {@code Service}.
 */
public final class TestService extends Service {

    /** The body of a hook. */
    @FunctionalInterface
    public interface Step {
        void run(TestService self) throws Exception;
    }

    public final List<String> events;
    public final AtomicInteger starts = new AtomicInteger();
    private final String label;
    private volatile Step onStart = self -> {};
    private volatile Step onStop = self -> {};

    /** Creates a service with its own list of events. */
    public TestService(String label) {
        this(label, new CopyOnWriteArrayList<>());
    }

    public TestService(String label, List<String> events) {
        this.label = label;
        this.events = events;
    }

    /** Creates the root of a tree, with its own list of events. */
    public static TestService root() {
        return new TestService("root");
    }

    /** Creates a service without a parent that records in the same list. */
    public TestService detached(String childLabel) {
        return new TestService(childLabel, events);
    }

    /** Declares a child, or adds it if this service is running; returns the child. */
    public TestService child(String name) {
        return add(name, detached(name));
    }

    public <S extends Service> S child(String name, S child) {
        return add(name, child);
    }

    public <S extends Service> S child(String name, S child, Supervision onFailure) {
        return add(name, child, onFailure);
    }

    public TestService withLifecycle(Lifecycle lifecycle) {
        lifecycle(lifecycle);
        return this;
    }

    public TestService stopTimeout(Duration timeout) {
        return withLifecycle(Lifecycle.standard().stopTimeout(timeout));
    }

    public TestService whenStarting(Step step) {
        onStart = step;
        return this;
    }

    public TestService whenStopping(Step step) {
        onStop = step;
        return this;
    }

    public void record(String event) {
        events.add(label + " " + event);
    }

    /** Creates a resource that records when it is closed. */
    public AutoCloseable resource(String name) {
        return new AutoCloseable() {
            @Override
            public void close() {
                record("closes " + name);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }

    /** Starts a task that waits for an interrupt and records its end. Returns once the task is running. */
    public void waitingTask(String name) {
        CountDownLatch entered = new CountDownLatch(1);
        task(name, () -> {
            try {
                entered.countDown();
                new CountDownLatch(1).await();
            } finally {
                record(name + " ends");
            }
        });
        try {
            entered.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public TaskHandle task(String name, TaskBody taskBody) {
        return spawn(name, taskBody);
    }

    public TaskHandle task(String name, TaskType type, TaskBody taskBody) {
        return spawn(name, type, taskBody);
    }

    public TaskHandle taskLater(String name, Duration delay, TaskBody taskBody) {
        return spawnLater(name, delay, taskBody);
    }

    public TaskHandle taskEvery(String name, Supplier<Duration> period, TaskBody taskBody) {
        return every(name, period, taskBody);
    }

    public TaskHandle taskEvery(String name, Duration period, TaskBody taskBody) {
        return every(name, period, taskBody);
    }

    /** Starts a task that fails. */
    public void failingTask(String message) {
        spawn("work", () -> {
            throw new IllegalStateException(message);
        });
    }

    public <C extends AutoCloseable> C closedOnStop(C resource) {
        return closeOnStop(resource);
    }

    public void pause(Duration pause) throws InterruptedException {
        sleep(pause);
    }

    /** Blocks until it is interrupted. */
    public void blockForever() throws InterruptedException {
        sleep(Duration.ofDays(10_000));
    }

    public void markReady() {
        ready();
    }

    public void deferReadiness() {
        deferReady();
    }

    public void markDegraded(String reason) {
        degraded(reason);
    }

    public void detail(String name, @Nullable Object value) {
        healthDetail(name, value);
    }

    public void removeChild(Service child) {
        remove(child);
    }

    public State state() {
        return status().state();
    }

    @Override
    protected void onStart() throws Exception {
        starts.incrementAndGet();
        record("onStart");
        onStart.run(this);
    }

    @Override
    protected void onStop() throws Exception {
        record("onStop");
        onStop.run(this);
    }
}
