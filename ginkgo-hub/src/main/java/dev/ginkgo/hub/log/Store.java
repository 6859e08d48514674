package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.MessageId.Position;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Stretch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages of all channels, this node's and those of others, and who reads them: what is published gets its place
 * here, and readers theirs.
 *
 * <p>One monitor, the store's own, guards all logs and what hangs on them. What is done under it is a matter of
 * references: nothing is encoded, written or told there.
 */
final class Store implements Publisher, AutoCloseable {
    /** The number, among the origins of messages, of a hub that knows of no others. */
    static final long SELF = 0;

    private final StoreLimits limits;
    private final Time time;
    private final Counters counters;
    private final @Nullable Outlet outlet;
    private final Fence fence;
    private final long begun;
    final Estate estate;

    // guarded by this
    private final Arrivals arrivals;
    private final Stock stock;
    private final Directory directory;
    private long arrival;
    private int readers;
    private boolean closed;

    /** The store of a hub that knows of no others. */
    Store(StoreLimits limits, Time time, long incarnation, Counters counters) {
        this(limits, time, new Position(SELF, incarnation, 0), null, new Fence(), counters);
    }

    /** The store of a node. */
    Store(StoreLimits limits, Time time, Outlet outlet, Fence fence, Counters counters) {
        this(limits, time, outlet.position(), outlet, fence, counters);
    }

    private Store(
            StoreLimits limits, Time time, Position own, @Nullable Outlet outlet, Fence fence, Counters counters) {
        this.limits = limits;
        this.time = time;
        this.outlet = outlet;
        this.fence = fence;
        this.counters = counters;
        begun = time.nanos();
        arrivals = new Arrivals(own, begun);
        stock = new Stock(limits, time, this::shortened);
        directory = new Directory(limits, stock);
        estate = new Estate(this, limits, time, fence, directory, arrivals, stock);
        if (own.sequence() > 0) {
            directory.resumeAfter(own, begun);
        }
    }

    @Override
    public Receipt publish(ChannelName channel, Payload payload) {
        return publish(channel, payload, null);
    }

    /**
     * The same, if a lease is valid when the message is appended, and no later leadership is known here.
     *
     * @throws dev.ginkgo.cluster.LeaseOverException if it is not
     */
    Receipt publish(ChannelName channel, Payload payload, @Nullable Lease lease) {
        Receipt receipt;
        List<Feed.Audience> told = new ArrayList<>(1);
        synchronized (this) {
            fence.require(lease);
            limits.requireRoom(payload.bytes().length);
            ChannelLog log = open(channel);
            Position position = arrivals.own().next();
            Instant now = time.now();
            Envelope envelope = outlet == null ? null : outlet.wrap(log, position.sequence(), payload, now, lease);
            Entry entry = append(log, time.nanos(), position, now, payload, envelope, told);
            int peers = outlet == null || envelope == null ? 0 : outlet.send().applyAsInt(envelope);
            receipt = new Receipt(entry.message.id(), channel.text(), log.readers(), peers);
        }
        counters.published.increment();
        Feed.Audience.appended(told);
        return receipt;
    }

    /**
     * Takes what was published at another node; what came before is left out. Of one origin, messages come in order.
     * What is under a leadership that is over stays out, too, and is told like what is lost: it may have been published in
     * time, and have been read elsewhere, before this node heard of the later one. That is decided under the lock under
     * which messages get their order, so that no reader gets anything of a leadership after something of a later one.
     *
     * @return whether it was new
     * @throws RefusedException if it cannot be taken
     */
    boolean relay(ChannelName channel, Position position, Envelope envelope) {
        Payload payload = Payload.relayed(envelope.payload(), envelope.binary());
        List<Feed.Audience> told = new ArrayList<>(1);
        synchronized (this) {
            if (!arrivals.isNew(position)) {
                return false;
            }
            if (fence.admits(envelope.epoch())) {
                if (arrivals.of(position.origin()) == null && position.sequence() > 1) {
                    directory.lack(position.before(), time.nanos());
                }
                limits.requireRoom(payload.bytes().length);
                Instant published = Instant.ofEpochMilli(envelope.millis());
                append(open(channel), time.nanos(), position, published, payload, envelope, told);
            } else {
                show(pass(position, channel.text()::equals), told);
            }
        }
        Feed.Audience.appended(told);
        return true;
    }

    /**
     * What another node has published up to there will never come.
     *
     * @param concerned the channels that may have lost something by it
     * @param tell whether those who read them now are told; those who come back later are in any case
     */
    void lose(Position upTo, Predicate<String> concerned, boolean tell) {
        List<Feed.Audience> told = new ArrayList<>();
        synchronized (this) {
            List<Feed> feeds = pass(upTo, concerned);
            if (tell) {
                show(feeds, told);
            }
        }
        Feed.Audience.appended(told);
    }

    /** Puts a loss at the end of these. */
    private void show(List<Feed> lacking, List<Feed.Audience> told) {
        for (Feed feed : lacking) {
            long before = feed.cost();
            if (feed.lose(++arrival)) {
                stock.charge(feed.plain ? 0 : feed.cost() - before);
                told.add(feed.audience());
            }
        }
    }

    /** Goes on without what an origin has published up to there. Gives the feeds that may lack something of it. */
    List<Feed> pass(Position upTo, Predicate<String> concerned) {
        long now = time.nanos();
        arrivals.pass(upTo, now, stock.age());
        return directory.lack(upTo, concerned, now);
    }

    /** What is held of a stretch, for a node that has missed it. */
    synchronized Answer answer(Stretch asked) {
        return stock.answer(asked);
    }

    /** Under the lock. */
    Entry append(
            ChannelLog log,
            long now,
            Position position,
            Instant published,
            Payload payload,
            @Nullable Envelope envelope,
            List<Feed.Audience> told) {
        List<Position> others = arrivals.add(position, now, stock.age());
        StoredMessage message = new StoredMessage(log.name.text(), position, others, published, payload);
        Entry entry = new Entry(message, log, now, ++arrival, envelope);
        stock.add(entry);
        log.feed.add(entry);
        told.add(log.feed.audience());
        for (Feed feed : log.merged()) {
            long before = feed.cost();
            if (feed.add(entry)) {
                told.add(feed.audience());
            }
            stock.charge(feed.cost() - before);
        }
        stock.evict(log, time.nanos());
        return entry;
    }

    ChannelLog open(ChannelName name) {
        requireOpen();
        return directory.open(name);
    }

    private void requireOpen() {
        if (closed) {
            throw new RefusedException(RefusedException.Reason.STOPPED, "the hub has stopped");
        }
    }

    // ---- let go

    /** Lets go of what is over the budget, too many or too old. */
    synchronized void evict() {
        stock.evict();
    }

    private void shortened(ChannelLog log) {
        directory.forgetIfUnused(log);
    }

    /** Counts a cache in the budget, and evicts it before messages. */
    synchronized void setCache(EvictableCache cache) {
        stock.setCache(cache);
    }

    // ---- readers

    /**
     * Opens a cursor, and counts a subscriber in until {@link #closeCursor(Cursor)}. Whoever is to be notified of what it can
     * read is added to its feed before the lock is released.
     *
     * @throws RefusedException if the channel cannot be made, or the pattern is one too many
     */
    synchronized Cursor openCursor(Wish wish) {
        requireOpen();
        Feed feed = directory.feed(wish);
        readers++;
        feed.join();
        return new Cursor(feed, begin(feed, wish), arrivals);
    }

    /** Opens a cursor with a listener of its own. */
    synchronized Cursor openCursor(Wish wish, FeedListener listener) {
        Cursor cursor = openCursor(wish);
        cursor.feed.add(listener);
        return cursor;
    }

    private Beginning begin(Feed feed, Wish wish) {
        long before = feed.cost();
        Beginning beginning = Beginning.of(
                feed,
                wish.since(),
                new Beginning.Scene(
                        arrivals,
                        directory.gone(wish),
                        arrival,
                        time.nanos(),
                        time.now().toEpochMilli(),
                        begun));
        if (beginning.number() == feed.end()) {
            feed.begun();
        }
        if (!wish.isPlain()) {
            stock.charge(feed.cost() - before);
            stock.evict();
        }
        if (wish.resumes()) {
            (beginning.recovered() ? counters.resumed : counters.notRecovered).increment();
        }
        return beginning;
    }

    /** Counts a subscriber out. */
    synchronized void closeCursor(Cursor cursor) {
        if (!closed) {
            readers--;
            cursor.feed.leave();
            directory.forgetIfUnread(cursor.feed);
        }
    }

    /** The same, with its listener. */
    synchronized void closeCursor(Cursor cursor, FeedListener listener) {
        cursor.feed.remove(listener);
        closeCursor(cursor);
    }

    /** Shows what conflated feeds hold back, where it is time. */
    void flush() {
        List<Feed.Audience> told = new ArrayList<>(0);
        synchronized (this) {
            directory.flush(time.nanos(), told);
        }
        Feed.Audience.appended(told);
    }

    /** Whether somebody reads with conflation. */
    synchronized boolean conflates() {
        return directory.conflates();
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
        return Channels.of(directory.channels(), limit);
    }

    /** How many nodes of the patterns' trie have been looked at, ever. */
    synchronized long steps() {
        return directory.steps();
    }

    /** Returns what the store holds now. */
    synchronized StoreUsage usage() {
        return new StoreUsage(
                readers, directory.channels().size(), directory.patterns(), directory.views(), stock.held());
    }

    /** Lets go of everything. Those who wait for a message are woken. */
    @Override
    public void close() {
        List<Feed.Audience> told = new ArrayList<>();
        synchronized (this) {
            closed = true;
            directory.feeds().forEach(feed -> {
                feed.close();
                told.add(feed.audience());
            });
            directory.clear();
            stock.clear();
            readers = 0;
        }
        told.forEach(Feed.Audience::wake);
    }
}
