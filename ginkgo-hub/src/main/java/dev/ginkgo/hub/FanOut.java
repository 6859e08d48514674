package dev.ginkgo.hub;

import dev.ginkgo.Time;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** The streams of one run of a hub, by the event loops that carry them. */
final class FanOut implements Streams, AutoCloseable {
    /** Readers that are sent away come back within this time, not all at once. */
    private static final long RETRY_MILLIS = 2_000;

    private final Store store;
    private final Time time;
    private final RandomGenerator random;
    private final Counters counters;
    private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
    private volatile boolean closed;

    FanOut(Store store, Time time, RandomGenerator random, Counters counters) {
        this.store = store;
        this.time = time;
        this.random = random;
        this.counters = counters;
    }

    @Override
    public Reader attach(Channel connection, ChannelName channel, Framing framing) {
        if (closed) {
            throw new RefusedException(RefusedException.Reason.STOPPED, "the hub has stopped");
        }
        Loop loop = loops.computeIfAbsent(connection.eventLoop(), each -> new Loop(each, time, counters));
        long retry = random.nextLong(RETRY_MILLIS / 4, RETRY_MILLIS);
        StreamReader reader = new StreamReader(connection, store.join(channel, framing, loop), store, retry);
        reader.begin();
        if (closed) { // meanwhile
            reader.close();
        }
        return reader;
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
        loops.values().forEach(loop -> loop.forEach(StreamReader::close));
    }
}
