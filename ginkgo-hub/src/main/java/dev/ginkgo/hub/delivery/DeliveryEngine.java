package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The streams of one run of a hub, grouped by the event loops that serve them. Thread-safe. */
public final class DeliveryEngine implements StreamAttacher, AutoCloseable {
    /**
     * Upper bound of the delay after which disconnected subscribers reconnect; it is randomized, so that they do not
     * all reconnect at once.
     */
    private static final long RETRY_MILLIS = 2_000;

    private final EncodedFeeds feeds;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final Counters counters;
    private final PatternQuota patterns;
    private final Map<EventLoop, DeliveryLoop> loops = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public DeliveryEngine(
            Store store,
            ByteBufAllocator allocator,
            TimeSource timeSource,
            RandomGenerator random,
            Counters counters,
            Supplier<Integer> maxPerAddress) {
        this.patterns = new PatternQuota(maxPerAddress);
        this.feeds = new EncodedFeeds(store, allocator);
        this.timeSource = timeSource;
        this.random = random;
        this.counters = counters;
    }

    @Override
    public StreamHandle attach(Channel connection, SubscribeRequest subscribeRequest, WireFormat wireFormat) {
        DeliveryLoop deliveryLoop = loop(connection, subscribeRequest);
        long retry = random.nextLong(RETRY_MILLIS / 4, RETRY_MILLIS);
        StreamSubscriber subscriber = new StreamSubscriber(
                connection, subscribeRequest, feeds.join(subscribeRequest, wireFormat, deliveryLoop), feeds, retry);
        subscriber.start();
        if (closed) { // closed after the check in loop()
            subscriber.close();
        }
        return subscriber;
    }

    @Override
    public StreamHandle poll(
            Channel connection,
            SubscribeRequest subscribeRequest,
            WireFormat wireFormat,
            Duration wait,
            Function<String, ByteBuf> head) {
        DeliveryLoop deliveryLoop = loop(connection, subscribeRequest);
        PollSubscriber subscriber = new PollSubscriber(
                connection,
                subscribeRequest,
                feeds.join(subscribeRequest, wireFormat, deliveryLoop),
                feeds,
                wait,
                head);
        subscriber.start();
        if (closed) { // closed after the check in loop()
            subscriber.close();
        }
        return subscriber;
    }

    private DeliveryLoop loop(Channel connection, SubscribeRequest subscribeRequest) {
        if (closed) {
            throw new HubRejectedException(HubRejectedException.Reason.STOPPED, "the hub has stopped");
        }
        patterns.acquireUntilClosed(connection, subscribeRequest);
        return loops.computeIfAbsent(connection.eventLoop(), each -> new DeliveryLoop(each, timeSource, counters));
    }

    @Override
    public void heartbeat(Duration idle) {
        long nanos = idle.toNanos();
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(subscriber -> subscriber.heartbeat(nanos)));
    }

    /** Closes each connection on which a write has made no progress for the timeout. Any thread may call. */
    public void closeStalledWrites(Duration timeout) {
        long nanos = timeout.toNanos();
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(subscriber -> subscriber.closeIfStalled(nanos)));
    }

    /** Closes all streams abruptly, without a {@code bye} event. */
    @Override
    public void close() {
        closed = true;
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(LoopSubscriber::close));
    }
}
