package dev.ginkgo.behaviour;

import dev.ginkgo.Body;
import dev.ginkgo.Lifecycle;
import dev.ginkgo.Service;
import dev.ginkgo.Supervision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A service whose strings the test pulls: it writes its hooks into a journal, and lets anybody act in its name. */
final class Puppet extends Service {
    private final String label;
    private final List<String> journal;
    final AtomicInteger starts = new AtomicInteger();
    private volatile Body onStart = () -> {};
    private volatile Body onStop = () -> {};

    Puppet(String label) {
        this(label, new CopyOnWriteArrayList<>());
    }

    Puppet(String label, List<String> journal) {
        this.label = label;
        this.journal = journal;
    }

    List<String> journal() {
        return journal;
    }

    Puppet atStart(Body body) {
        onStart = body;
        return this;
    }

    Puppet atStop(Body body) {
        onStop = body;
        return this;
    }

    Puppet stopTimeout(Duration timeout) {
        lifecycle(Lifecycle.standard().stopTimeout(timeout));
        return this;
    }

    <S extends Service> S child(String name, S child, Supervision onFailure) {
        return add(name, child, onFailure);
    }

    <S extends Service> S child(String name, S child) {
        return add(name, child);
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

    void pause(Duration d) throws InterruptedException {
        sleep(d);
    }

    /** Does nothing until it is interrupted. */
    void idle() throws InterruptedException {
        sleep(Duration.ofDays(10_000));
    }

    <C extends AutoCloseable> C owns(C resource) {
        return own(resource);
    }

    /** Lets a task of this service fail. */
    void fails(String message) {
        spawn("work", () -> {
            throw new IllegalStateException(message);
        });
    }

    @Override
    protected void onStart() throws Exception {
        starts.incrementAndGet();
        journal.add("+" + label);
        onStart.run();
    }

    @Override
    protected void onStop() throws Exception {
        journal.add("-" + label);
        onStop.run();
    }
}
