package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Lease;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of all channels, within one budget. The oldest message goes first, wherever it is; a channel also has
 * bounds of its own. A channel is made by its first publish or reader, and kept while it has messages or readers.
 *
 * <p>One monitor, the store's own, guards all logs and what hangs on them. What is done under it is a matter of
 * references: nothing is encoded, written or told there.
 */
final class Store implements Publisher, AutoCloseable {
    private final StoreLimits limits;
    private final Time time;
    private final long incarnation;
    private final ByteBufAllocator allocator;
    private final Counters counters;

    // guarded by this
    private final Map<ChannelName, ChannelLog> channels = new HashMap<>();
    private @Nullable Entry oldest;
    private @Nullable Entry newest;
    private long sequence;
    private long held;
    private int readers;
    private boolean closed;

    Store(StoreLimits limits, Time time, long incarnation, ByteBufAllocator allocator, Counters counters) {
        this.limits = limits;
        this.time = time;
        this.incarnation = incarnation;
        this.allocator = allocator;
        this.counters = counters;
    }

    // ---- publish

    @Override
    public Receipt publish(ChannelName channel, Payload payload) {
        return publish(channel, payload, null);
    }

    /**
     * The same, if a lease is valid when the message is appended.
     *
     * @throws dev.ginkgo.cluster.LeaseOverException if it is not
     */
    Receipt publish(ChannelName channel, Payload payload, @Nullable Lease lease) {
        Group[] groups;
        List<Subscription> subscribed;
        Receipt receipt;
        synchronized (this) {
            requireRoom(payload.bytes().length);
            if (lease != null) {
                lease.requireValid();
            }
            ChannelLog log = open(channel);
            Message message = new Message(channel.text(), incarnation, ++sequence, time.now(), payload);
            append(new Entry(message, log, time.nanos()));
            groups = log.groups();
            subscribed = log.subscribed();
            receipt = new Receipt(message.id(), channel.text(), log.readers());
        }
        counters.published.increment();
        Loop.wake(groups);
        subscribed.forEach(Subscription::wake);
        return receipt;
    }

    private void requireRoom(int bytes) {
        long largest = limits.largestMessage();
        if (bytes > largest) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE,
                    "a message of " + bytes + " bytes is too large: the most is " + largest
                            + ", an eighth of `store.budget`");
        }
    }

    private ChannelLog open(ChannelName name) {
        if (closed) {
            throw new RefusedException(RefusedException.Reason.STOPPED, "the hub has stopped");
        }
        ChannelLog log = channels.get(name);
        if (log == null) {
            if (channels.size() >= limits.channels().get()) {
                throw new RefusedException(
                        RefusedException.Reason.TOO_MANY_CHANNELS,
                        "`max-channels` = " + channels.size() + " are in use, so " + name + " cannot be one more");
            }
            log = new ChannelLog(name);
            channels.put(name, log);
        }
        return log;
    }

    private void append(Entry entry) {
        entry.log.append(entry);
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        charge(entry.cost());
        while (entry.log.end() - entry.log.first() > limits.count().get()) {
            drop(entry.log.get(entry.log.first()));
        }
        evict();
    }

    // ---- let go

    /** Lets go of what is over the budget or too old, but for the newest. */
    synchronized void evict() {
        long budget = limits.budget().get().bytes();
        long tooOld = nanos(limits.age().get());
        long now = time.nanos();
        while (oldest != null && (held > budget || now - oldest.nanos > tooOld)) {
            drop(oldest);
        }
    }

    /** The oldest message of its channel goes. */
    private void drop(Entry entry) {
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        charge(-entry.cost());
        entry.log.removeFirst();
        forgetIfUnused(entry.log);
    }

    private void forgetIfUnused(ChannelLog log) {
        if (log.isUnused()) {
            channels.remove(log.name, log);
        }
    }

    /** Counts so many bytes more, or fewer, as held. Under the lock. */
    void charge(long bytes) {
        held += bytes;
    }

    /** A buffer that the store will be charged for. */
    ByteBuf allocate(int bytes) {
        return allocator.directBuffer(bytes, bytes);
    }

    private static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException longerThanAnyLife) {
            return Long.MAX_VALUE;
        }
    }

    // ---- readers

    /** Where a reader begins: its group, and the number of the next message of the channel. */
    record Place(Group group, long position) {}

    /**
     * Counts a connection in.
     *
     * @throws RefusedException if the channel cannot be made
     */
    synchronized Place join(ChannelName name, Framing framing, Loop loop) {
        ChannelLog log = open(name);
        readers++;
        return new Place(log.join(this, framing, loop), log.end());
    }

    synchronized void leave(Group group) {
        if (!closed) {
            ChannelLog log = group.view.log();
            readers--;
            log.leave(group);
            forgetIfUnused(log);
        }
    }

    /** Makes a subscription of a program; the same as {@link #join(ChannelName, Framing, Loop)}. */
    synchronized Subscription subscribe(ChannelName name) {
        ChannelLog log = open(name);
        Subscription subscription = new Subscription(this, log, log.end(), time, counters);
        readers++;
        log.join(subscription);
        return subscription;
    }

    synchronized void leave(Subscription subscription) {
        if (!closed) {
            readers--;
            subscription.log().leave(subscription);
            forgetIfUnused(subscription.log());
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** A channel, for people. */
    record ChannelInfo(String channel, long messages, int readers) {}

    /**
     * Some of the channels.
     *
     * @param all how many there are
     * @param some in the order of their names
     */
    record Channels(int all, List<ChannelInfo> some) {}

    /** So many of the channels, at most. */
    synchronized Channels channels(int limit) {
        List<ChannelInfo> some = channels.values().stream()
                .limit(limit)
                .map(log -> new ChannelInfo(log.name.text(), log.end() - log.first(), log.readers()))
                .sorted(Comparator.comparing(ChannelInfo::channel))
                .toList();
        return new Channels(channels.size(), some);
    }

    synchronized HubStats stats() {
        return new HubStats(
                counters.published.sum(),
                counters.delivered(),
                counters.gaps(),
                counters.dropped(),
                counters.loops(each -> each.replayed),
                counters.loops(each -> each.stalled),
                readers,
                channels.size(),
                channels.values().stream().mapToInt(ChannelLog::views).sum(),
                held,
                counters.loops(each -> each.pinnedBytes),
                counters.wakeUps.sum(),
                counters.loops(each -> each.writes));
    }

    /** Lets go of everything. Those who wait for a message are woken. */
    @Override
    public void close() {
        List<Subscription> subscribed = new ArrayList<>();
        synchronized (this) {
            closed = true;
            channels.values().forEach(log -> {
                log.close();
                subscribed.addAll(log.subscribed());
            });
            channels.clear();
            oldest = null;
            newest = null;
            readers = 0;
        }
        subscribed.forEach(Subscription::wake);
    }
}
