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

/** A service whose hooks a test writes, and which notes their calls in a list that the whole tree shares. */
final class Part extends Service {

    /** What a hook of a {@link Part} does. */
    @FunctionalInterface
    interface Step {
        void run(Part self) throws Exception;
    }

    final List<String> events;
    private final String label;
    private Step onStart = self -> {};
    private Step onStop = self -> {};

    private Part(List<String> events, String label) {
        this.events = events;
        this.label = label;
    }

    /** The root of a tree, with a list of events of its own. */
    static Part root() {
        return new Part(new CopyOnWriteArrayList<>(), "root");
    }

    /** A part that notes in the same list and is nobody's child yet. */
    Part other(String itsLabel) {
        return new Part(events, itsLabel);
    }

    /** Declares a child, or adds it if this part runs; returns it. */
    Part child(String name) {
        return add(name, other(name));
    }

    <S extends Service> S adding(String name, S child) {
        return add(name, child);
    }

    <S extends Service> S adding(String name, S child, Supervision onFailure) {
        return add(name, child, onFailure);
    }

    Part lives(Lifecycle lifecycle) {
        lifecycle(lifecycle);
        return this;
    }

    Part starting(Step step) {
        onStart = step;
        return this;
    }

    Part stopping(Step step) {
        onStop = step;
        return this;
    }

    void note(String event) {
        events.add(label + " " + event);
    }

    /** A resource that notes its close. */
    AutoCloseable resource(String name) {
        return new AutoCloseable() {
            @Override
            public void close() {
                note("closes " + name);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }

    /** A task that waits until it is interrupted, and notes that. */
    void waitingTask(String name) {
        CountDownLatch entered = new CountDownLatch(1);
        spawning(name, () -> {
            try {
                entered.countDown();
                new CountDownLatch(1).await();
            } finally {
                note(name + " ends");
            }
        });
        try {
            entered.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void spawning(String name, Body body) {
        spawn(name, body);
    }

    <C extends AutoCloseable> C owning(C resource) {
        return own(resource);
    }

    void sleeping(Duration pause) throws InterruptedException {
        sleep(pause);
    }

    void isReady() {
        ready();
    }

    void isReadyLater() {
        readyLater();
    }

    void isDegraded(String reason) {
        degraded(reason);
    }

    void removing(Service child) {
        remove(child);
    }

    State state() {
        return status().state();
    }

    @Override
    protected void onStart() throws Exception {
        note("onStart");
        onStart.run(this);
    }

    @Override
    protected void onStop() throws Exception {
        note("onStop");
        onStop.run(this);
    }
}
