package dev.ginkgo.hub.http.server;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Deadline of one connection, and what the hub waits for until then. The event loop of the connection sets it; a task of
 * the HTTP front checks the deadlines of all connections a few times a second, on the injected clock.
 */
public final class ConnectionDeadline {
    /** What the hub waits for. */
    public enum Kind {
        /** The next request. */
        IDLE,
        /** The rest of a request. */
        REQUEST,
        /** The client to read responses. */
        WRITE,
        /** The client to close its side. */
        CLOSING
    }

    /** Timeout for each kind. */
    public record Timeouts(
            Supplier<Duration> idle, Supplier<Duration> request, Supplier<Duration> write, Supplier<Duration> closing) {
        Duration of(Kind kind) {
            return switch (kind) {
                case IDLE -> idle.get();
                case REQUEST -> request.get();
                case WRITE -> write.get();
                case CLOSING -> closing.get();
            };
        }
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final TimeSource timeSource;
    private final Timeouts timeouts;
    private volatile long expiry = NEVER;
    private Kind kind = Kind.IDLE; // event loop only

    public ConnectionDeadline(TimeSource timeSource, Timeouts timeouts) {
        this.timeSource = timeSource;
        this.timeouts = timeouts;
    }

    /** Sets the deadline. */
    public void start(Kind newKind) {
        kind = newKind;
        expiry = timeSource.nanos() + timeouts.of(newKind).toNanos();
    }

    /** Removes the deadline. */
    public void clear() {
        expiry = NEVER;
    }

    /**
     * Returns whether the deadline has passed. Any thread; the caller must check again on the event loop before it acts,
     * because the event loop may set a new deadline at any time.
     */
    public boolean isExpired() {
        long deadline = expiry;
        return deadline != NEVER && timeSource.nanos() - deadline >= 0;
    }

    /** Returns what the hub waits for. Event loop only. */
    public Kind kind() {
        return kind;
    }
}
