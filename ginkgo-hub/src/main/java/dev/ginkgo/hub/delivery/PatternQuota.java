package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.hub.net.ClientNetwork;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Quota of different patterns and lists per client network, and of their segments, so that one client cannot use up
 * the global limit.
 * Thread-safe.
 */
final class PatternQuota {
    private record Key(ChannelSelector selector, Duration conflate) {}

    private final Supplier<Integer> maxPerAddress;

    // guarded by this
    private final Map<InetAddress, Map<Key, Integer>> inUse = new HashMap<>();

    PatternQuota(Supplier<Integer> maxPerAddress) {
        this.maxPerAddress = maxPerAddress;
    }

    /**
     * Counts the pattern of a connection until the connection is closed.
     *
     * @throws HubRejectedException if the quota is exhausted
     */
    void acquireUntilClosed(Channel connection, SubscribeRequest subscribeRequest) {
        if (!subscribeRequest.isSingleChannel()) {
            Runnable release = acquire(connection, subscribeRequest);
            var _ = connection.closeFuture().addListener(_ -> release.run());
        }
    }

    /**
     * Counts the pattern of a subscription.
     *
     * @return ends the count; must be run once
     * @throws HubRejectedException if the quota is exhausted
     */
    Runnable acquire(Channel connection, SubscribeRequest subscribeRequest) {
        InetSocketAddress client = ClientAddress.of(connection);
        if (subscribeRequest.isSingleChannel() || client == null) {
            return PatternQuota::releaseNothing;
        }
        InetAddress address = ClientNetwork.of(client.getAddress());
        Key key = new Key(subscribeRequest.selector(), subscribeRequest.conflate());
        acquire(address, key);
        return () -> release(address, key);
    }

    private static void releaseNothing() {}

    private synchronized void acquire(InetAddress address, Key key) {
        Map<Key, Integer> ofAddress = inUse.computeIfAbsent(address, a -> new HashMap<>(2));
        if (!ofAddress.containsKey(key) && ofAddress.size() >= maxPerAddress.get()) {
            if (ofAddress.isEmpty()) {
                inUse.remove(address);
            }
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the limit `max-patterns-per-address` = " + maxPerAddress.get()
                            + " for patterns, lists and conflated channels is reached for this address");
        }
        if (!ofAddress.containsKey(key)) {
            requireSegments(ofAddress, key);
        }
        ofAddress.merge(key, 1, Integer::sum);
    }

    private void requireSegments(Map<Key, Integer> ofAddress, Key key) {
        int maxSegments = StoreLimits.maxSegments(maxPerAddress.get());
        int inUse = ofAddress.keySet().stream()
                .mapToInt(each -> each.selector.patternSegments())
                .sum();
        if (inUse + key.selector.patternSegments() > maxSegments) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the patterns of this address would have more than " + maxSegments
                            + " segments, the limit for `max-patterns-per-address` = " + maxPerAddress.get());
        }
    }

    private synchronized void release(InetAddress address, Key key) {
        Map<Key, Integer> ofAddress = inUse.get(address);
        if (ofAddress != null) {
            ofAddress.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
            if (ofAddress.isEmpty()) {
                inUse.remove(address);
            }
        }
    }
}
