package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.MessageId.Position;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of all channels, within one budget. The oldest message goes first, wherever it is; a channel also has
 * bounds of its own. A channel is made by its first publish or reader, and kept while it has messages or readers.
 *
 * <p>One monitor, the store's own, guards all logs and what hangs on them. What is done under it is a matter of
 * references: nothing is encoded, written or told there.
 */
final class Store implements Publisher, AutoCloseable {
    /** The number of this node among the origins of messages. */
    static final long SELF = 0;

    private final StoreLimits limits;
    private final Time time;
    private final ByteBufAllocator allocator;
    private final Counters counters;
    private final long begun;

    // guarded by this
    private final Map<ChannelName, ChannelLog> channels = new HashMap<>();
    private final Set<ChannelLog> overfull = new LinkedHashSet<>();
    private final Merges merges = new Merges();
    private final Tombs tombs = new Tombs();
    private final Slabs slabs = new Slabs();
    private final Arrivals arrivals;
    private final Line line = new Line();
    private long arrival;
    private long held;
    private int readers;
    private boolean closed;

    Store(StoreLimits limits, Time time, long incarnation, ByteBufAllocator allocator, Counters counters) {
        this.limits = limits;
        this.time = time;
        this.allocator = allocator;
        this.counters = counters;
        begun = time.nanos();
        arrivals = new Arrivals(new Position(SELF, incarnation, 0), begun);
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
        Receipt receipt;
        List<Feed.Audience> told = new ArrayList<>(1);
        synchronized (this) {
            if (lease != null) {
                lease.requireValid();
            }
            Position last = arrivals.own();
            Position position = new Position(SELF, last.incarnation(), last.sequence() + 1);
            Entry entry = append(channel, position, time.now(), payload, told);
            receipt = new Receipt(entry.message.id(), channel.text(), entry.log.readers());
        }
        counters.published.increment();
        Feed.Audience.wake(told);
        return receipt;
    }

    /**
     * Takes what was published at another node; what came before is left out. Of one origin, messages come in order.
     *
     * @return whether it was new
     */
    boolean relay(ChannelName channel, Position position, Instant published, Payload payload) {
        List<Feed.Audience> told = new ArrayList<>(1);
        synchronized (this) {
            Position last = arrivals.of(position.origin());
            if (last != null && !last.isBefore(position)) {
                return false;
            }
            if (last == null && position.sequence() > 1) {
                tombs.raise(position.before(), time.nanos()); // what came before it was never here
            }
            append(channel, position, published, payload, told);
        }
        Feed.Audience.wake(told);
        return true;
    }

    private Entry append(
            ChannelName channel, Position position, Instant published, Payload payload, List<Feed.Audience> told) {
        limits.requireRoom(payload.bytes().length);
        ChannelLog log = open(channel);
        long now = time.nanos();
        List<Position> others = arrivals.add(position, now, nanos(limits.age().get()));
        Entry entry = new Entry(new Message(channel.text(), position, others, published, payload), log, now, ++arrival);
        line.add(entry);
        log.feed.add(entry);
        told.add(log.feed.audience());
        for (Feed feed : log.merged()) {
            long before = feed.cost();
            if (feed.add(entry)) {
                told.add(feed.audience());
            }
            charge(feed.cost() - before);
        }
        charge(entry.cost());
        if (log.size() > limits.count().get()) {
            overfull.add(log);
            shorten(log, now);
        }
        evict(now);
        return entry;
    }

    private ChannelLog open(ChannelName name) {
        requireOpen();
        ChannelLog log = channels.get(name);
        if (log == null) {
            if (channels.size() >= limits.channels().get()) {
                throw new RefusedException(
                        RefusedException.Reason.TOO_MANY_CHANNELS,
                        "`max-channels` = " + channels.size() + " are in use, so " + name + " cannot be one more");
            }
            log = new ChannelLog(name, tombs.open(name));
            channels.put(name, log);
            merges.begin(log);
        }
        return log;
    }

    private void requireOpen() {
        if (closed) {
            throw new RefusedException(RefusedException.Reason.STOPPED, "the hub has stopped");
        }
    }

    // ---- let go

    /** Lets go of what is over the budget, too many or too old. */
    synchronized void evict() {
        long now = time.nanos();
        List.copyOf(overfull).forEach(log -> shorten(log, now));
        evict(now);
    }

    /** More than the count stays for a moment, for the readers who are there and may be about to get it. */
    private void shorten(ChannelLog log, long now) {
        long count = limits.count().get();
        long grace = nanos(limits.grace().get());
        Entry first = log.oldest();
        while (first != null && log.size() > count && (log.readers() == 0 || now - first.nanos >= grace)) {
            drop(first);
            first = log.oldest();
        }
        if (log.size() <= count) {
            overfull.remove(log);
        }
    }

    private void evict(long now) {
        long budget = limits.budget().get().bytes();
        long tooOld = nanos(limits.age().get());
        while (held > budget && slabs.dropOldest(budget / 4)) {
            // frames can be made again
        }
        Entry oldest = line.oldest();
        while (oldest != null && (held > budget || now - oldest.nanos > tooOld)) {
            drop(oldest);
            oldest = line.oldest();
        }
    }

    /** The oldest message of its channel goes. */
    private void drop(Entry entry) {
        line.remove(entry);
        charge(-entry.cost());
        long before = entry.log.mergedCost();
        entry.log.remove(entry);
        charge(entry.log.mergedCost() - before);
        forgetIfUnused(entry.log);
    }

    private void forgetIfUnused(ChannelLog log) {
        if (log.isUnused() && channels.remove(log.name, log)) {
            overfull.remove(log);
            merges.end(log);
            tombs.bury(log);
        }
    }

    private void charge(long bytes) {
        held += bytes;
    }

    /** Keeps frames that somebody has made, in the budget. Under the lock. */
    void keep(Slab slab) {
        slabs.add(slab);
        charge(slab.capacity());
    }

    /** Lets go of frames. Under the lock. */
    void letGo(Slab slab) {
        slabs.remove(slab);
        charge(-slab.capacity());
        slab.release();
    }

    /** A buffer that the store will be charged for. */
    ByteBuf allocate(int bytes) {
        return allocator.directBuffer(bytes, bytes);
    }

    static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException longerThanAnyLife) {
            return Long.MAX_VALUE;
        }
    }

    // ---- readers

    /** Where a reader begins: its group, and where in its feed. */
    record Place(Group group, Beginning beginning) {}

    /**
     * Counts a connection in.
     *
     * @throws RefusedException if the channel cannot be made, or the pattern is one too many
     */
    synchronized Place join(Wish wish, Framing framing, Loop loop) {
        Feed feed = feed(wish);
        readers++;
        Group group = feed.join(this, framing, loop);
        return new Place(group, begin(feed, wish));
    }

    /** Makes a subscription of a program; the same as {@link #join(Wish, Framing, Loop)}. */
    synchronized Subscription subscribe(Wish wish) {
        Feed feed = feed(wish);
        readers++;
        Subscription subscription = new Subscription(this, feed, begin(feed, wish), wish.resumes(), time, counters);
        feed.join(subscription);
        return subscription;
    }

    private Feed feed(Wish wish) {
        requireOpen();
        if (wish.isPlain()) {
            return open(wish.selector().channel()).feed;
        }
        Feed found = merges.find(wish);
        if (found != null) {
            return found;
        }
        if (merges.size() >= limits.patterns().get()) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_MANY_PATTERNS,
                    "`max-patterns` = " + merges.size() + " patterns, lists and conflated channels are being read, so "
                            + wish.selector() + " cannot be one more");
        }
        Feed made = merges.add(wish, channels);
        charge(made.cost());
        return made;
    }

    private Beginning begin(Feed feed, Wish wish) {
        long before = feed.cost();
        Floor forgotten = wish.isPlain() ? new Floor() : tombs.floor(wish.selector());
        Beginning beginning = Beginning.of(
                feed,
                wish.since(),
                new Beginning.Scene(
                        arrivals, forgotten, arrival, time.nanos(), time.now().toEpochMilli(), begun));
        if (!wish.isPlain()) {
            charge(feed.cost() - before);
            evict(time.nanos());
        }
        if (wish.resumes()) {
            (beginning.recovered() ? counters.resumed : counters.notRecovered).increment();
        }
        return beginning;
    }

    synchronized void leave(Group group) {
        if (!closed) {
            readers--;
            group.view.feed.leave(group);
            forgetIfUnread(group.view.feed);
        }
    }

    synchronized void leave(Subscription subscription) {
        if (!closed) {
            readers--;
            subscription.feed().leave(subscription);
            forgetIfUnread(subscription.feed());
        }
    }

    private void forgetIfUnread(Feed feed) {
        if (feed.readers() > 0) {
            return;
        }
        long now = time.nanos();
        feed.logs.stream().filter(overfull::contains).toList().forEach(log -> shorten(log, now));
        if (feed.plain) {
            feed.logs.forEach(this::forgetIfUnused);
        } else {
            charge(-feed.cost());
            merges.remove(feed);
        }
    }

    /** Shows what conflated feeds hold back, where it is time. */
    void flush() {
        List<Feed.Audience> told = new ArrayList<>(0);
        synchronized (this) {
            long now = time.nanos();
            for (Feed feed : merges.conflated()) {
                long before = feed.cost();
                if (feed.flush(now)) {
                    told.add(feed.audience());
                }
                charge(feed.cost() - before);
            }
        }
        Feed.Audience.wake(told);
    }

    /** Whether somebody reads with conflation. */
    synchronized boolean conflates() {
        return !merges.conflated().isEmpty();
    }

    /** The id of the place of a reader who has had everything. Under the lock. */
    String idOfEnd() {
        return arrivals.now();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** So many of the channels, at most. */
    synchronized Channels channels(int limit) {
        return Channels.of(channels.values(), limit);
    }

    /** How many nodes of the patterns' trie have been looked at, ever. */
    synchronized long steps() {
        return merges.steps();
    }

    synchronized HubStats stats() {
        int views = merges.all().stream().mapToInt(Feed::views).sum()
                + channels.values().stream().mapToInt(log -> log.feed.views()).sum();
        return counters.stats(readers, channels.size(), merges.size(), views, held);
    }

    /** Lets go of everything. Those who wait for a message are woken. */
    @Override
    public void close() {
        List<Feed.Audience> told = new ArrayList<>();
        synchronized (this) {
            closed = true;
            List<Feed> all = new ArrayList<>(merges.all());
            channels.values().forEach(log -> all.add(log.feed));
            all.forEach(feed -> {
                feed.close();
                told.add(feed.audience());
            });
            channels.clear();
            overfull.clear();
            line.clear();
            readers = 0;
        }
        told.forEach(audience -> audience.subscriptions().forEach(Subscription::wake));
    }
}
