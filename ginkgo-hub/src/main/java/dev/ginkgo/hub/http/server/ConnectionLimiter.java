package dev.ginkgo.hub.http.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of open connections, in total and per client network. Thread-safe.
 *
 * <p>A connection above a limit still gets an error response, and counts until it is closed. If {@link #REJECTION_SLOTS}
 * such connections are open, further ones are closed without a response.
 */
public final class ConnectionLimiter {
    private static final int REJECTION_SLOTS = 100;

    private final Supplier<Integer> maxConnections;
    private final Supplier<Integer> maxPerAddress;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int openConnections;

    public ConnectionLimiter(Supplier<Integer> maxConnections, Supplier<Integer> maxPerAddress) {
        this.maxConnections = maxConnections;
        this.maxPerAddress = maxPerAddress;
    }

    /**
     * Counts a new connection.
     *
     * @return true if it may stay open, at least for an error response; {@link #release} must be called when it is closed.
     *     False if it must be closed at once
     */
    public synchronized boolean acquire(InetAddress address) {
        if (openConnections >= maxConnections.get() + REJECTION_SLOTS
                || byAddress.getOrDefault(address, 0) >= maxPerAddress.get() + REJECTION_SLOTS) {
            return false;
        }
        openConnections++;
        byAddress.merge(address, 1, Integer::sum);
        return true;
    }

    /** Returns the error for a connection that has been counted; null if it is within the limits. */
    public synchronized @Nullable ProblemException rejection(InetAddress address) {
        if (openConnections > maxConnections.get()) {
            return new ProblemException(
                            ProblemType.TOO_MANY_CONNECTIONS,
                            "http.max-connections = " + maxConnections.get() + " connections are open; try again later")
                    .withHeader("Retry-After", "5")
                    .closingConnection();
        }
        if (byAddress.getOrDefault(address, 0) > maxPerAddress.get()) {
            return new ProblemException(
                            ProblemType.TOO_MANY_FROM_ADDRESS,
                            "http.max-connections-per-address = " + maxPerAddress.get()
                                    + " connections are open from your address; close some, or try again later")
                    .withHeader("Retry-After", "5")
                    .closingConnection();
        }
        return null;
    }

    /** Ends the count of a connection that has been closed. */
    public synchronized void release(InetAddress address) {
        openConnections--;
        byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }

    /** Returns the number of open connections. */
    synchronized int openConnections() {
        return openConnections;
    }
}
