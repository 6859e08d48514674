package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.sender.NettySender;
import dev.ginkgo.hub.delivery.sender.SocketSender;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The streams of one run of a hub, grouped by the event loops that serve them. Thread-safe. */
public final class DeliveryEngine implements StreamAttacher, AutoCloseable {
    /**
     * Upper bound of the delay after which disconnected subscribers reconnect; it is randomized, so that they do not
     * all reconnect at once.
     */
    private static final long RETRY_MILLIS = 2_000;

    /** A write may be pending for this part of {@code write-timeout} although other subscribers wait for its memory. */
    private static final int MIN_PENDING_SHARE = 10;

    private final EncodedFeeds feeds;
    private final PinnedMemory pinnedMemory;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final Counters counters;
    private final PatternQuota<InetAddress> patterns;
    private final Supplier<? extends SocketSender> senders;
    private final Map<EventLoop, DeliveryLoop> loops = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Creates an engine without streams, which writes through Netty. */
    public DeliveryEngine(
            Store store,
            ByteBufAllocator allocator,
            TimeSource timeSource,
            RandomGenerator random,
            Counters counters,
            LongSupplier maxPinnedBytes,
            Supplier<Integer> maxPerAddress) {
        this(store, allocator, timeSource, random, counters, maxPinnedBytes, maxPerAddress, NettySender::new);
    }

    /**
     * Creates an engine without streams.
     *
     * @param maxPinnedBytes maximum number of bytes that pending writes retain
     * @param maxPerAddress maximum number of patterns of one client address
     * @param senders creates the sender of an event loop
     */
    public DeliveryEngine(
            Store store,
            ByteBufAllocator allocator,
            TimeSource timeSource,
            RandomGenerator random,
            Counters counters,
            LongSupplier maxPinnedBytes,
            Supplier<Integer> maxPerAddress,
            Supplier<? extends SocketSender> senders) {
        this.patterns = new PatternQuota<>(maxPerAddress, "max-patterns-per-address", "this address");
        this.pinnedMemory = new PinnedMemory(maxPinnedBytes);
        this.feeds = new EncodedFeeds(store, allocator, pinnedMemory);
        this.senders = senders;
        this.timeSource = timeSource;
        this.random = random;
        this.counters = counters;
    }

    @Override
    public StreamHandle attach(Channel connection, SubscribeRequest subscribeRequest, WireFormat wireFormat) {
        DeliveryLoop deliveryLoop = loop(connection, subscribeRequest);
        long retry = random.nextLong(RETRY_MILLIS / 4, RETRY_MILLIS);
        StreamSubscriber subscriber =
                new StreamSubscriber(connection, feeds.join(subscribeRequest, wireFormat, deliveryLoop), feeds, retry);
        subscriber.start(connection, subscribeRequest);
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
            Function<String, Object> head) {
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

    @Override
    public SharedStream attachShared(Channel connection, WireFormat wireFormat) {
        requireOpen();
        long retry = random.nextLong(RETRY_MILLIS / 4, RETRY_MILLIS);
        SharedConnection shared =
                new SharedConnection(connection, wireFormat, loop(connection), feeds, patterns, retry);
        shared.start();
        if (closed) { // closed after the check
            shared.close();
        }
        return shared;
    }

    private DeliveryLoop loop(Channel connection, SubscribeRequest subscribeRequest) {
        requireOpen();
        InetAddress network = ClientAddress.network(connection);
        if (network != null) {
            patterns.acquireUntilClosed(connection, network, subscribeRequest);
        }
        return loop(connection);
    }

    private void requireOpen() {
        if (closed) {
            throw new HubRejectedException(HubRejectedException.Reason.STOPPED, "the hub has stopped");
        }
    }

    private DeliveryLoop loop(Channel connection) {
        return loops.computeIfAbsent(
                connection.eventLoop(),
                each -> new DeliveryLoop(each, timeSource, counters, pinnedMemory, senders.get()));
    }

    @Override
    public void heartbeat(Duration idle) {
        long nanos = idle.toNanos();
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(subscriber -> subscriber.heartbeat(nanos)));
    }

    /**
     * Closes each connection on which a write has made no progress for the timeout. If subscribers wait for the memory that
     * pending writes retain, also closes those whose writes have been pending longest. Any thread may call.
     */
    public void closeStalledWrites(Duration timeout) {
        long nanos = timeout.toNanos();
        pinnedMemory.closeSlowest(timeSource.nanos(), nanos / MIN_PENDING_SHARE);
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(subscriber -> subscriber.closeIfStalled(nanos)));
        loops.values().forEach(deliveryLoop -> deliveryLoop.execute(deliveryLoop::retryFailed));
    }

    /** Closes all streams abruptly, without a {@code bye} event. */
    @Override
    public void close() {
        closed = true;
        loops.values().forEach(deliveryLoop -> deliveryLoop.forEach(LoopSubscriber::close));
        feeds.close();
    }
}
