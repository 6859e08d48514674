package dev.ginkgo.hub.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counter that a single thread changes and any thread may read. A change is a plain addition with a release store, so
 * that it needs no atomic read-modify-write and a reading thread sees counters in the order of their changes.
 */
final class SingleWriterCounter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SingleWriterCounter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    /** Adds a number, which may be negative. Called only by the writing thread. */
    void add(long delta) {
        VALUE.setRelease(this, value + delta);
    }

    /** Adds one. Called only by the writing thread. */
    void increment() {
        add(1);
    }

    long sum() {
        return (long) VALUE.getAcquire(this);
    }
}
