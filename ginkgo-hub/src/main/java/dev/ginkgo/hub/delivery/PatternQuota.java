package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** How many different patterns and lists each address reads, so that no stranger takes them all. Any thread. */
final class PatternQuota {
    private record Key(ChannelSelector selector, Duration conflate) {}

    private final Supplier<Integer> maxPerAddress;

    // guarded by this
    private final Map<InetAddress, Map<Key, Integer>> inUse = new HashMap<>();

    PatternQuota(Supplier<Integer> most) {
        this.maxPerAddress = most;
    }

    /**
     * Counts what a connection reads until it is closed.
     *
     * @throws HubRejectedException if that is one too many
     */
    void acquireUntilClosed(Channel connection, SubscribeRequest subscribeRequest) {
        if (subscribeRequest.isSingleChannel() || !(connection.remoteAddress() instanceof InetSocketAddress remote)) {
            return;
        }
        InetAddress address = remote.getAddress();
        Key key = new Key(subscribeRequest.selector(), subscribeRequest.conflate());
        acquire(address, key);
        var _ = connection.closeFuture().addListener(_ -> release(address, key));
    }

    private synchronized void acquire(InetAddress address, Key key) {
        Map<Key, Integer> here = inUse.computeIfAbsent(address, a -> new HashMap<>(2));
        if (!here.containsKey(key) && here.size() >= maxPerAddress.get()) {
            if (here.isEmpty()) {
                inUse.remove(address);
            }
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "`max-patterns-per-address` = " + maxPerAddress.get()
                            + " patterns, lists and conflated channels are being read from this address");
        }
        here.merge(key, 1, Integer::sum);
    }

    private synchronized void release(InetAddress address, Key key) {
        Map<Key, Integer> here = inUse.get(address);
        if (here != null) {
            here.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
            if (here.isEmpty()) {
                inUse.remove(address);
            }
        }
    }
}
