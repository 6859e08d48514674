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

    private final Supplier<Integer> most;

    // guarded by this
    private final Map<InetAddress, Map<Key, Integer>> read = new HashMap<>();

    PatternQuota(Supplier<Integer> most) {
        this.most = most;
    }

    /**
     * Counts what a connection reads until it is closed.
     *
     * @throws HubRejectedException if that is one too many
     */
    void add(Channel connection, SubscribeRequest wish) {
        if (wish.isPlain() || !(connection.remoteAddress() instanceof InetSocketAddress remote)) {
            return;
        }
        InetAddress address = remote.getAddress();
        Key key = new Key(wish.selector(), wish.conflate());
        count(address, key);
        var _ = connection.closeFuture().addListener(_ -> discount(address, key));
    }

    private synchronized void count(InetAddress address, Key key) {
        Map<Key, Integer> here = read.computeIfAbsent(address, a -> new HashMap<>(2));
        if (!here.containsKey(key) && here.size() >= most.get()) {
            if (here.isEmpty()) {
                read.remove(address);
            }
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "`max-patterns-per-address` = " + most.get()
                            + " patterns, lists and conflated channels are being read from this address");
        }
        here.merge(key, 1, Integer::sum);
    }

    private synchronized void discount(InetAddress address, Key key) {
        Map<Key, Integer> here = read.get(address);
        if (here != null) {
            here.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
            if (here.isEmpty()) {
                read.remove(address);
            }
        }
    }
}
