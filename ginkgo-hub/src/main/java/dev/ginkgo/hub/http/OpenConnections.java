package dev.ginkgo.hub.http;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;

/** Number of open connections, including those whose sockets have been adopted from Netty. Thread-safe. */
final class OpenConnections {
    private static final TimeSource REAL_TIME = TimeSource.system();

    private int open; // guarded by this

    synchronized void opened() {
        open++;
    }

    synchronized void closed() {
        open--;
        if (open == 0) {
            notifyAll();
        }
    }

    synchronized int count() {
        return open;
    }

    /**
     * Waits, in real time, until there is none.
     *
     * @return whether there is none; false after the timeout
     */
    synchronized boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = REAL_TIME.nanos() + timeout.toNanos();
        while (open > 0) {
            long millis = (deadline - REAL_TIME.nanos() + 999_999) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
