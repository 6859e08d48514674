package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Limits the subscriptions of all WebSockets of one client network, or of one user: a channel with a subscriber is never
 * removed, so one client could otherwise use up the channels with a few connections. Thread-safe.
 *
 * @param <O> identifies a client
 */
final class SubscriptionQuota<O> {
    private final Supplier<Integer> max;
    private final String setting;
    private final String owner;

    // guarded by this
    private final Map<O, Integer> inUse = new HashMap<>();

    /**
     * @param max maximum number of subscriptions of one client; 0 is unlimited
     * @param setting key of this setting, for errors
     * @param owner what a client is, for errors, such as {@code your address}
     */
    SubscriptionQuota(Supplier<Integer> max, String setting, String owner) {
        this.max = max;
        this.setting = setting;
        this.owner = owner;
    }

    /** Counts a subscription until {@link #release}. */
    synchronized void acquire(O client) throws ProblemException {
        int limit = max.get();
        if (limit > 0 && inUse.getOrDefault(client, 0) >= limit) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_SUBSCRIPTIONS,
                            setting + " = " + limit + " subscriptions are open from " + owner
                                    + "; end some, or subscribe to patterns")
                    .withHeader("Retry-After", "30");
        }
        inUse.merge(client, 1, Integer::sum);
    }

    synchronized void release(O client) {
        inUse.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }
}
