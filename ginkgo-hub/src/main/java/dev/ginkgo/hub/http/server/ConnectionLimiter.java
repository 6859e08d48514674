package dev.ginkgo.hub.http.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections, and says which are too many. Those that are turned away are counted too while they are told so,
 * and beyond {@link #REJECTION_SLOTS} of them nobody is told anything.
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

    /** Whether one more can be held at all; each that may enter has to {@link #release}. */
    synchronized boolean acquire(InetAddress address) {
        if (openConnections >= maxConnections.get() + REJECTION_SLOTS
                || byAddress.getOrDefault(address, 0) >= maxPerAddress.get() + REJECTION_SLOTS) {
            return false;
        }
        openConnections++;
        byAddress.merge(address, 1, Integer::sum);
        return true;
    }

    /** What one that has entered is told, or null if it is welcome. */
    synchronized @Nullable ProblemException rejection(InetAddress address) {
        if (openConnections > maxConnections.get()) {
            return new ProblemException(
                            ProblemType.TOO_MANY_CONNECTIONS,
                            "http.max-connections = " + maxConnections.get() + " are open; try again later")
                    .withHeader("Retry-After", "5")
                    .closingConnection();
        }
        if (byAddress.getOrDefault(address, 0) > maxPerAddress.get()) {
            return new ProblemException(
                            ProblemType.TOO_MANY_FROM_ADDRESS,
                            "http.max-connections-per-address = " + maxPerAddress.get()
                                    + " are open from your address; close some, or try again later")
                    .withHeader("Retry-After", "5")
                    .closingConnection();
        }
        return null;
    }

    synchronized void release(InetAddress address) {
        openConnections--;
        byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }

    /** How many are open. */
    synchronized int openConnections() {
        return openConnections;
    }
}
