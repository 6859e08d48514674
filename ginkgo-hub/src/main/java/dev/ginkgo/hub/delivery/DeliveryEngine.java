package dev.ginkgo.hub;

import dev.ginkgo.Time;
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
final class FanOut implements Streams, AutoCloseable {
    /** Readers that are sent away come back within this time, not all at once. */
    private static final long RETRY_MILLIS = 2_000;

    private final EncodedFeeds feeds;
    private final Time time;
    private final RandomGenerator random;
    private final Counters counters;
    private final PatternsByAddress patterns;
    private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
    private volatile boolean closed;

    FanOut(
            Store store,
            ByteBufAllocator allocator,
            Time time,
            RandomGenerator random,
            Counters counters,
            Supplier<Integer> maxPerAddress) {
        this.patterns = new PatternsByAddress(maxPerAddress);
        this.feeds = new EncodedFeeds(store, allocator);
        this.time = time;
        this.random = random;
        this.counters = counters;
    }

    @Override
    public Reader attach(Channel connection, Wish wish, Framing framing) {
        Loop loop = loop(connection, wish);
        long retry = random.nextLong(RETRY_MILLIS / 4, RETRY_MILLIS);
        StreamReader reader = new StreamReader(connection, wish, feeds.join(wish, framing, loop), feeds, retry);
        reader.begin();
        if (closed) { // meanwhile
            reader.close();
        }
        return reader;
    }

    @Override
    public Reader poll(Channel connection, Wish wish, Framing framing, Duration wait, Function<String, ByteBuf> head) {
        Loop loop = loop(connection, wish);
        PollReader reader = new PollReader(connection, wish, feeds.join(wish, framing, loop), feeds, wait, head);
        reader.begin();
        if (closed) { // meanwhile
            reader.close();
        }
        return reader;
    }

    private Loop loop(Channel connection, Wish wish) {
        if (closed) {
            throw new RefusedException(RefusedException.Reason.STOPPED, "the hub has stopped");
        }
        patterns.add(connection, wish);
        return loops.computeIfAbsent(connection.eventLoop(), each -> new Loop(each, time, counters));
    }

    @Override
    public void heartbeat(Duration idle) {
        long nanos = idle.toNanos();
        loops.values().forEach(loop -> loop.forEach(reader -> reader.heartbeat(nanos)));
    }

    /** Ends each connection that has let a write wait for so long. Any thread. */
    void endStuckWrites(Duration timeout) {
        long nanos = timeout.toNanos();
        loops.values().forEach(loop -> loop.forEach(reader -> reader.endIfStuck(nanos)));
    }

    /** Ends all streams, not in order. */
    @Override
    public void close() {
        closed = true;
        loops.values().forEach(loop -> loop.forEach(Attached::close));
    }
}
