package dev.ginkgo.hub.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A number that one thread raises and any may read: an ordinary addition, and no fence but the one that keeps a reader
 * from seeing it out of order.
 */
public final class SingleWriterCounter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SingleWriterCounter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    /** For the one thread. */
    public void add(long more) {
        VALUE.setRelease(this, value + more);
    }

    /** For the one thread. */
    public void increment() {
        add(1);
    }

    long sum() {
        return (long) VALUE.getAcquire(this);
    }
}
