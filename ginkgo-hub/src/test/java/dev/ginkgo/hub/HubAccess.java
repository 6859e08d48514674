package dev.ginkgo.hub;

import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import io.netty.buffer.ByteBufAllocator;
import java.util.random.RandomGenerator;

/** Gives tests in other packages access to the internals of a hub. */
public final class HubAccess {
    private HubAccess() {}

    /** Creates a hub with the given buffer allocator and source of random numbers. */
    public static MessageHub create(ByteBufAllocator allocator, RandomGenerator random) {
        return new MessageHub(allocator, random);
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
