package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Limits the subscriptions of all WebSockets of one client network: a channel with a subscriber is never removed, so one client
 * could otherwise use up the channels with a few connections. Thread-safe.
 */
final class SubscriptionQuota {
    private final Supplier<Integer> maxPerAddress;

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();

    SubscriptionQuota(Supplier<Integer> maxPerAddress) {
        this.maxPerAddress = maxPerAddress;
    }

    /** Counts a subscription until {@link #release}. */
    synchronized void acquire(InetAddress client) throws ProblemException {
        int max = maxPerAddress.get();
        if (byAddress.getOrDefault(client, 0) >= max) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_SUBSCRIPTIONS,
                            "http.max-subscriptions-per-address = " + max
                                    + " subscriptions are open from your address; end some, or subscribe to patterns")
                    .withHeader("Retry-After", "30");
        }
        byAddress.merge(client, 1, Integer::sum);
    }

    synchronized void release(InetAddress client) {
        byAddress.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }
}
