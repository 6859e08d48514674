package dev.ginkgo.hub;

import io.netty.buffer.ByteBufAllocator;
import java.util.random.RandomGenerator;

/** Opens the internals of a hub to tests in other packages. */
final class HubAccess {
    private HubAccess() {}

    /** Creates a hub with the given memory and random numbers. */
    static MessageHub create(ByteBufAllocator allocator, RandomGenerator random) {
        return new MessageHub(allocator, random);
    }

    static Publisher publisher(MessageHub hub) {
        return hub.publisher();
    }

    static Streams streams(MessageHub hub) {
        return hub.streams();
    }

    static Readings readings(MessageHub hub) {
        return hub.readings();
    }

    static HttpFront http(MessageHub hub) {
        return hub.http;
    }
}
