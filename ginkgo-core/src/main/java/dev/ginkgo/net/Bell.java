package dev.ginkgo.net;

import dev.ginkgo.Time;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A pause in the tree's time that can end early. One thread waits, any may ring. */
final class Bell {
    private final Time time;
    private volatile @Nullable Thread waiter;

    Bell(Time time) {
        this.time = time;
    }

    /** Lets the waiting thread look again. */
    void ring() {
        Thread thread = waiter;
        if (thread != null) {
            time.unpark(thread);
        }
    }

    /** Pauses until the bell is rung and {@code over} is true, or for the whole pause. */
    void await(Duration pause, BooleanSupplier over) throws InterruptedException {
        long deadline = time.nanos() + pause.toNanos();
        waiter = Thread.currentThread(); // before the first look, so that no ring is missed
        try {
            while (!over.getAsBoolean() && deadline - time.nanos() > 0) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                time.park(deadline);
            }
        } finally {
            waiter = null;
        }
    }
}
