package dev.ginkgo.behaviour;

import dev.ginkgo.Body;
import dev.ginkgo.Lifecycle;
import dev.ginkgo.Service;
import dev.ginkgo.State;
import dev.ginkgo.Supervision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Service whose hooks a test supplies. It records their calls in a list that the whole tree shares, and gives a test
 * access to the protected methods of {@code Service}.
 */
final class TestService extends Service {

    /** The body of a hook. */
    @FunctionalInterface
    interface Step {
        void run(TestService self) throws Exception;
    }

    final List<String> events;
    final AtomicInteger starts = new AtomicInteger();
    private final String label;
    private volatile Step onStart = self -> {};
    private volatile Step onStop = self -> {};

    /** A service with a list of events of its own. */
    TestService(String label) {
        this(label, new CopyOnWriteArrayList<>());
    }

    TestService(String label, List<String> events) {
        this.label = label;
        this.events = events;
    }

    /** The root of a tree, with a list of events of its own. */
    static TestService root() {
        return new TestService("root");
    }

    /** A service that records in the same list and has no parent yet. */
    TestService detached(String itsLabel) {
        return new TestService(itsLabel, events);
    }

    /** Declares a child, or adds it if this service runs; returns it. */
    TestService child(String name) {
        return add(name, detached(name));
    }

    <S extends Service> S child(String name, S child) {
        return add(name, child);
    }

    <S extends Service> S child(String name, S child, Supervision onFailure) {
        return add(name, child, onFailure);
    }

    TestService withLifecycle(Lifecycle lifecycle) {
        lifecycle(lifecycle);
        return this;
    }

    TestService stopTimeout(Duration timeout) {
        return withLifecycle(Lifecycle.standard().stopTimeout(timeout));
    }

    TestService whenStarting(Step step) {
        onStart = step;
        return this;
    }

    TestService whenStopping(Step step) {
        onStop = step;
        return this;
    }

    void record(String event) {
        events.add(label + " " + event);
    }

    /** A resource that records its close. */
    AutoCloseable resource(String name) {
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

    /** Starts a task that waits until it is interrupted, and records that; returns once the task runs. */
    void waitingTask(String name) {
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

    void task(String name, Body body) {
        spawn(name, body);
    }

    void taskLater(String name, Duration delay, Body body) {
        later(name, delay, body);
    }

    void taskEvery(String name, Supplier<Duration> period, Body body) {
        every(name, period, body);
    }

    void taskEvery(String name, Duration period, Body body) {
        every(name, period, body);
    }

    /** Starts a task that fails. */
    void failingTask(String message) {
        spawn("work", () -> {
            throw new IllegalStateException(message);
        });
    }

    <C extends AutoCloseable> C closedOnStop(C resource) {
        return own(resource);
    }

    void pause(Duration pause) throws InterruptedException {
        sleep(pause);
    }

    /** Blocks until it is interrupted. */
    void blockForever() throws InterruptedException {
        sleep(Duration.ofDays(10_000));
    }

    void markReady() {
        ready();
    }

    void deferReadiness() {
        readyLater();
    }

    void markDegraded(String reason) {
        degraded(reason);
    }

    void removeChild(Service child) {
        remove(child);
    }

    State state() {
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
