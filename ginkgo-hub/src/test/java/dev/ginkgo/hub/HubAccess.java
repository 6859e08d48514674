package dev.ginkgo.hub;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Gives tests in other packages access to the internals of a hub. */
public final class HubAccess {
    private HubAccess() {}

    /** Creates a hub with the given buffer allocator and source of random numbers. */
    public static MessageHub create(ByteBufAllocator allocator, RandomGenerator random) {
        return new MessageHub(allocator, random);
    }

    /** Creates a hub that replicates through one of the given engines. */
    public static MessageHub create(Cluster cluster, Map<String, Supplier<? extends Service>> engines) {
        return new MessageHub(cluster, engines);
    }

    /** Opens a subscription of a store. */
    public static Subscription subscribe(
            Store store, SubscribeRequest request, TimeSource timeSource, Counters counters) {
        return Subscription.open(store, request, timeSource, counters);
    }

    public static Publisher publisher(MessageHub hub) {
        return hub.publisher();
    }

    public static StreamAttacher streams(MessageHub hub) {
        return hub.runtime().streams();
    }

    static MetricsSnapshot readings(MessageHub hub) {
        return hub.metrics();
    }

    public static HttpFrontend http(MessageHub hub) {
        return hub.http;
    }
}
