package dev.ginkgo.hub.http.server;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How long one connection may keep us waiting, and for what. Its event loop moves the deadline; one task of the tree
 * looks at all of them a few times a second, in the tree's time.
 */
public final class ConnectionDeadline {
    /** What is waited for. */
    enum Kind {
        /** The next request. */
        IDLE,
        /** The rest of a request. */
        REQUEST,
        /** That answers are read. */
        WRITE,
        /** That the peer closes too. */
        CLOSING
    }

    /** How long each may take. */
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

    private record Expiry(Kind kind, long nanos) {}

    private static final long NEVER = Long.MAX_VALUE;
    private static final Expiry NONE = new Expiry(Kind.IDLE, NEVER);

    private final TimeSource timeSource;
    private final Timeouts timeouts;
    private volatile Expiry expiry = NONE;

    ConnectionDeadline(TimeSource timeSource, Timeouts timeouts) {
        this.timeSource = timeSource;
        this.timeouts = timeouts;
    }

    void start(Kind kind) {
        expiry = new Expiry(kind, timeSource.nanos() + timeouts.of(kind).toNanos());
    }

    void clear() {
        expiry = NONE;
    }

    /** Whether it is over. Any thread; to be asked again on the event loop before anything is done about it. */
    boolean isExpired() {
        Expiry now = expiry;
        return now.nanos != NEVER && timeSource.nanos() - now.nanos >= 0;
    }

    Kind kind() {
        return expiry.kind;
    }
}
