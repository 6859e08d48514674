package dev.ginkgo.hub.http.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Budget for the memory of request bodies that are being received, in total and per client network. Thread-safe.
 *
 * <p>A request whose body does not fit is rejected at once; nothing waits, so bodies that are received at the same time
 * cannot block each other. The first {@link #UNCOUNTED} bytes of a body are not counted, because the limits for
 * connections limit them already: clients with small messages are served while the budget is used up. A single body of the
 * maximum length always fits.
 */
public final class BodyBudget {
    static final int UNCOUNTED = 1024;

    private final Supplier<Long> total;
    private final Supplier<Long> perAddress;
    private final Supplier<Long> maxBody;

    // guarded by this
    private final Map<InetAddress, Long> byAddress = new HashMap<>();
    private long used;

    /**
     * @param total maximum number of bytes of all bodies
     * @param perAddress maximum number of bytes of the bodies from one client network
     * @param maxBody maximum length of one body
     */
    public BodyBudget(Supplier<Long> total, Supplier<Long> perAddress, Supplier<Long> maxBody) {
        this.total = total;
        this.perAddress = perAddress;
        this.maxBody = maxBody;
    }

    /** Part of the budget that one body uses. Not thread-safe. */
    public static final class Share {
        private final BodyBudget budget;
        private final InetAddress network;
        private long bytes;

        private Share(BodyBudget budget, InetAddress network) {
            this.budget = budget;
            this.network = network;
        }

        /**
         * Sets the memory that the body uses.
         *
         * @throws ProblemException if it exceeds the budget; the share is unchanged then
         */
        public void resize(long memory) throws ProblemException {
            long counted = Math.max(0, memory - UNCOUNTED);
            budget.add(network, counted - bytes);
            bytes = counted;
        }

        /** Ends the use of memory. */
        public void release() {
            budget.subtract(network, bytes);
            bytes = 0;
        }
    }

    /** Returns the share of a new body, which is empty. It must be released. */
    public Share share(InetAddress network) {
        return new Share(this, network);
    }

    /** Returns the maximum length of one body. */
    public long maxBody() {
        return maxBody.get();
    }

    private synchronized void add(InetAddress network, long bytes) throws ProblemException {
        long max = maxBody.get();
        long ofAddress = byAddress.getOrDefault(network, 0L) + bytes;
        if (ofAddress > Math.max(perAddress.get(), max)) {
            throw exhausted("http.max-body-memory-per-address = " + perAddress.get()
                    + " bytes of request bodies are being received from your address");
        }
        if (used + bytes > Math.max(total.get(), max)) {
            throw exhausted("http.max-body-memory = " + total.get() + " bytes of request bodies are being received");
        }
        used += bytes;
        byAddress.put(network, ofAddress);
    }

    private synchronized void subtract(InetAddress network, long bytes) {
        used -= bytes;
        byAddress.computeIfPresent(network, (_, old) -> old <= bytes ? null : old - bytes);
    }

    private static ProblemException exhausted(String reason) {
        return new ProblemException(
                        ProblemType.TOO_MANY_BODIES, reason + "; try again, with fewer requests at the same time")
                .withHeader("Retry-After", "1");
    }
}
