package dev.ginkgo.hub.http.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Budget for the memory of request bodies that are being received, in total, per client network and per
 * user. Thread-safe.
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
    private final Supplier<Long> perUser;
    private final Supplier<Long> maxBody;

    // guarded by this
    private final Map<InetAddress, Long> byAddress = new HashMap<>();
    private final Map<String, Long> byUser = new HashMap<>();
    private long used;

    /**
     * @param total maximum number of bytes of all bodies
     * @param perAddress maximum number of bytes of the bodies from one client network
     * @param perUser maximum number of bytes of the bodies of one user; 0 is unlimited
     * @param maxBody maximum length of one body
     */
    public BodyBudget(Supplier<Long> total, Supplier<Long> perAddress, Supplier<Long> perUser, Supplier<Long> maxBody) {
        this.total = total;
        this.perAddress = perAddress;
        this.perUser = perUser;
        this.maxBody = maxBody;
    }

    /** Part of the budget that one body uses. Not thread-safe. */
    public static final class Share {
        private final BodyBudget budget;
        private final InetAddress network;
        private final @Nullable String user;
        private long bytes;

        private Share(BodyBudget budget, InetAddress network, @Nullable String user) {
            this.budget = budget;
            this.network = network;
            this.user = user;
        }

        /**
         * Sets the memory that the body uses.
         *
         * @throws ProblemException if it exceeds the budget; the share is unchanged then
         */
        public void resize(long memory) throws ProblemException {
            long counted = Math.max(0, memory - UNCOUNTED);
            if (counted != bytes) {
                budget.add(network, user, counted - bytes);
                bytes = counted;
            }
        }

        /** Ends the use of memory. */
        public void release() {
            if (bytes > 0) {
                budget.subtract(network, user, bytes);
                bytes = 0;
            }
        }
    }

    /**
     * Returns the share of a new body, which is empty. It must be released.
     *
     * @param user name of the user; null without credentials, or if they have not been verified yet
     */
    public Share share(InetAddress network, @Nullable String user) {
        return new Share(this, network, user);
    }

    /** Returns the maximum length of one body. */
    public long maxBody() {
        return maxBody.get();
    }

    private synchronized void add(InetAddress network, @Nullable String user, long bytes) throws ProblemException {
        long max = maxBody.get();
        long ofAddress = byAddress.getOrDefault(network, 0L) + bytes;
        if (ofAddress > Math.max(perAddress.get(), max)) {
            throw exhausted("http.max-body-memory-per-address = " + perAddress.get()
                    + " bytes of request bodies are being received from your address");
        }
        long ofUser = user == null ? 0 : byUser.getOrDefault(user, 0L) + bytes;
        if (perUser.get() > 0 && ofUser > Math.max(perUser.get(), max)) {
            throw exhausted("http.max-body-memory-per-user = " + perUser.get()
                    + " bytes of bodies of this user are being received");
        }
        if (used + bytes > Math.max(total.get(), max)) {
            throw exhausted("http.max-body-memory = " + total.get() + " bytes of request bodies are being received");
        }
        used += bytes;
        byAddress.put(network, ofAddress);
        if (user != null) {
            byUser.put(user, ofUser);
        }
    }

    private synchronized void subtract(InetAddress network, @Nullable String user, long bytes) {
        used -= bytes;
        subtract(byAddress, network, bytes);
        if (user != null) {
            subtract(byUser, user, bytes);
        }
    }

    private static <K> void subtract(Map<K, Long> counts, K key, long bytes) {
        counts.computeIfPresent(key, (_, old) -> old <= bytes ? null : old - bytes);
    }

    private static ProblemException exhausted(String reason) {
        return new ProblemException(
                        ProblemType.TOO_MANY_BODIES, reason + "; try again, with fewer requests at the same time")
                .withHeader("Retry-After", "1");
    }
}
