package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.ConnectionLifetime;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Quota of different patterns and lists per client network or per user, and of their segments, so that one client cannot use
 * up the global limit. Thread-safe.
 *
 * @param <O> identifies a client
 */
public final class PatternQuota<O> {
    private record Key(ChannelSelector selector, Duration conflate) {}

    private final Supplier<Integer> max;
    private final String setting;
    private final String owner;

    // guarded by this
    private final Map<O, Map<Key, Integer>> inUse = new HashMap<>();

    /**
     * @param max maximum number of patterns of one client; 0 is unlimited
     * @param setting key of this setting, for errors
     * @param owner what a client is, for errors, such as {@code this address}
     */
    public PatternQuota(Supplier<Integer> max, String setting, String owner) {
        this.max = max;
        this.setting = setting;
        this.owner = owner;
    }

    /**
     * Counts the pattern of a connection until the connection is closed.
     *
     * @throws HubRejectedException if the quota is exhausted
     */
    public void acquireUntilClosed(Channel connection, O client, SubscribeRequest subscribeRequest) {
        if (!subscribeRequest.isSingleChannel()) {
            Runnable release = acquire(client, subscribeRequest);
            ConnectionLifetime.of(connection).add(_ -> release.run());
        }
    }

    /**
     * Counts the pattern of a subscription.
     *
     * @return ends the count; must be run once
     * @throws HubRejectedException if the quota is exhausted
     */
    public Runnable acquire(O client, SubscribeRequest subscribeRequest) {
        if (subscribeRequest.isSingleChannel()) {
            return () -> {};
        }
        Key key = new Key(subscribeRequest.selector(), subscribeRequest.conflate());
        acquire(client, key);
        return () -> release(client, key);
    }

    private synchronized void acquire(O client, Key key) {
        int limit = max.get() == 0 ? Integer.MAX_VALUE : max.get();
        Map<Key, Integer> ofClient = inUse.computeIfAbsent(client, _ -> new HashMap<>(2));
        if (!ofClient.containsKey(key) && ofClient.size() >= limit) {
            if (ofClient.isEmpty()) {
                inUse.remove(client);
            }
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the limit `" + setting + "` = " + limit
                            + " for patterns, lists and conflated channels is reached for " + owner);
        }
        if (!ofClient.containsKey(key)) {
            requireSegments(ofClient, key, limit);
        }
        ofClient.merge(key, 1, Integer::sum);
    }

    private void requireSegments(Map<Key, Integer> ofClient, Key key, int limit) {
        int maxSegments = StoreLimits.maxSegments(limit);
        int segments = ofClient.keySet().stream()
                .mapToInt(each -> each.selector.patternSegments())
                .sum();
        if (segments + key.selector.patternSegments() > maxSegments) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the patterns of " + owner + " would have more than " + maxSegments + " segments, the limit for `"
                            + setting + "` = " + limit);
        }
    }

    private synchronized void release(O client, Key key) {
        Map<Key, Integer> ofClient = inUse.get(client);
        if (ofClient != null) {
            ofClient.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
            if (ofClient.isEmpty()) {
                inUse.remove(client);
            }
        }
    }
}
