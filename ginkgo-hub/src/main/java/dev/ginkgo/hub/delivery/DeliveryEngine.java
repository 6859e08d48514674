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

/** The streams of one run of a hub, by the event loops that carry them. */
public final class DeliveryEngine implements StreamAttacher, AutoCloseable {
    /** Readers that are sent away come back within this time, not all at once. */
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
        StreamSubscriber reader = new StreamSubscriber(
                connection, subscribeRequest, feeds.join(subscribeRequest, wireFormat, deliveryLoop), feeds, retry);
        reader.start();
        if (closed) { // meanwhile
            reader.close();
        }
        return reader;
    }

    @Override
    public StreamHandle poll(
            Channel connection,
            SubscribeRequest subscribeRequest,
            WireFormat wireFormat,
            Duration wait,
            Function<String, ByteBuf> head) {
        DeliveryLoop deliveryLoop = loop(connection, subscribeRequest);
        PollSubscriber reader = new PollSubscriber(
                connection,
                subscribeRequest,
                feeds.join(subscribeRequest, wireFormat, deliveryLoop),
                feeds,
                wait,
                head);
        reader.start();
        if (closed) { // meanwhile
            reader.close();
        }
        return reader;
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
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(reader -> reader.heartbeat(nanos)));
    }

    /** Ends each connection that has let a write wait for so long. Any thread. */
    public void closeStalledWrites(Duration timeout) {
        long nanos = timeout.toNanos();
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(reader -> reader.closeIfStalled(nanos)));
    }

    /** Ends all streams, not in order. */
    @Override
    public void close() {
        closed = true;
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(LoopSubscriber::close));
    }
}
