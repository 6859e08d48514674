package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.connection.ConnectionLifetime;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of open connections, in total and per client network. Thread-safe. A connection of a trusted proxy counts
 * in total only; its clients are counted by themselves, when they are known.
 *
 * <p>A connection above a limit still gets an error response, and counts until it is closed. If {@link #REJECTION_SLOTS}
 * such connections are open, further ones are closed without a response.
 */
public final class ConnectionLimiter {
    private static final int REJECTION_SLOTS = 100;

    private final Supplier<Integer> maxConnections;
    private final Supplier<Integer> maxPerAddress;
    private final Map<InetAddress, Count> byAddress = new HashMap<>();
    private int openConnections;

    /**
     * The connections and streams of a network.
     *
     * @param network the object that all of them keep
     */
    private record Count(InetAddress network, int number) {}

    public ConnectionLimiter(Supplier<Integer> maxConnections, Supplier<Integer> maxPerAddress) {
        this.maxConnections = maxConnections;
        this.maxPerAddress = maxPerAddress;
    }

    /**
     * Counts a new connection.
     *
     * @param network the network of the client; null for the connection of a trusted proxy
     * @return true if it may stay open, at least for an error response; {@link #release} must be called when it is closed.
     *     False if it must be closed at once
     */
    public synchronized boolean acquire(@Nullable InetAddress network) {
        if (openConnections >= maxConnections.get() + REJECTION_SLOTS || (network != null && !acquireClient(network))) {
            return false;
        }
        openConnections++;
        return true;
    }

    /**
     * Counts a connection that a trusted proxy has opened for a client, and that has been counted in total.
     *
     * @return as {@link #acquire}; {@link #releaseClient} ends the count
     */
    public synchronized boolean acquireClient(InetAddress network) {
        if (countOf(network) >= maxPerAddress.get() + REJECTION_SLOTS) {
            return false;
        }
        increment(network);
        return true;
    }

    /**
     * Counts a stream of a client behind a trusted proxy until it is closed: the connections of the proxy carry requests of
     * many clients. Does nothing if no proxy has named the client of the request. Called on the event loop of the connection.
     *
     * @throws ProblemException if the client has reached its limit; nothing is counted then
     */
    public void acquireStream(Exchange exchange) throws ProblemException {
        if (exchange.isForwarded()) {
            InetAddress network = exchange.connection().clientNetwork();
            acquireStream(network);
            ConnectionLifetime.of(exchange.connection().channel()).add(_ -> releaseClient(network));
        }
    }

    /**
     * Counts a stream of a client behind a trusted proxy. {@link #releaseClient} ends the count.
     *
     * @throws ProblemException if the client has reached its limit; nothing is counted then
     */
    synchronized void acquireStream(InetAddress network) throws ProblemException {
        if (countOf(network) >= maxPerAddress.get()) {
            throw tooManyFromAddress();
        }
        increment(network);
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
        if (countOf(address) > maxPerAddress.get()) {
            return tooManyFromAddress().closingConnection();
        }
        return null;
    }

    private ProblemException tooManyFromAddress() {
        return new ProblemException(
                        ProblemType.TOO_MANY_FROM_ADDRESS,
                        "http.max-connections-per-address = " + maxPerAddress.get()
                                + " connections are open from your address; close some, or try again later")
                .withHeader("Retry-After", "5");
    }

    /** Ends the count of a connection that has been closed, with the network given to {@link #acquire}. */
    public synchronized void release(@Nullable InetAddress network) {
        openConnections--;
        if (network != null) {
            releaseClient(network);
        }
    }

    /** Ends a count of {@link #acquireClient} or {@link #acquireStream}. */
    public synchronized void releaseClient(InetAddress network) {
        byAddress.computeIfPresent(
                network, (_, count) -> count.number == 1 ? null : new Count(count.network, count.number - 1));
    }

    /** Returns, for a network with an open connection, the object that its connections share. */
    public synchronized InetAddress shared(InetAddress network) {
        Count count = byAddress.get(network);
        return count == null ? network : count.network;
    }

    private int countOf(InetAddress network) {
        Count count = byAddress.get(network);
        return count == null ? 0 : count.number;
    }

    private void increment(InetAddress network) {
        byAddress.merge(network, new Count(network, 1), (count, _) -> new Count(count.network, count.number + 1));
    }

    /** Returns the number of open connections. */
    synchronized int openConnections() {
        return openConnections;
    }
}
