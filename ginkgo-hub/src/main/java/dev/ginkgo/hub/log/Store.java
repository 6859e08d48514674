package dev.ginkgo.hub.log;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.StoreUsage;
import dev.ginkgo.hub.position.VersionVector;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.time.TimeSource;
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
public final class Store implements Publisher, AutoCloseable {
    /** The number, among the origins of messages, of a hub that knows of no others. */
    static final long SELF = 0;

    private final StoreLimits limits;
    private final TimeSource time;
    private final Counters counters;
    private final @Nullable ReplicationOutput outlet;
    private final EpochFence fence;
    private final long begun;
    public final StoreSnapshots estate;

    // guarded by this
    private final VersionVector arrivals;
    private final RetentionManager stock;
    private final ChannelRegistry directory;
    private long arrival;
    private int readers;
    private boolean closed;

    /** The store of a hub that knows of no others. */
    public Store(StoreLimits limits, TimeSource time, long incarnation, Counters counters) {
        this(limits, time, new Position(SELF, incarnation, 0), null, new EpochFence(), counters);
    }

    /** The store of a node. */
    public Store(StoreLimits limits, TimeSource time, ReplicationOutput outlet, EpochFence fence, Counters counters) {
        this(limits, time, outlet.position(), outlet, fence, counters);
    }

    private Store(
            StoreLimits limits, TimeSource time, Position own, @Nullable ReplicationOutput outlet, EpochFence fence, Counters counters) {
        this.limits = limits;
        this.time = time;
        this.outlet = outlet;
        this.fence = fence;
        this.counters = counters;
        begun = time.nanos();
        arrivals = new VersionVector(own, begun);
        stock = new RetentionManager(limits, time, this::shortened);
        directory = new ChannelRegistry(limits, stock);
        estate = new StoreSnapshots(this, limits, time, fence, directory, arrivals, stock);
        if (own.sequence() > 0) {
            directory.resumeAfter(own, begun);
        }
    }

    @Override
    public PublishResult publish(ChannelName channel, Payload payload) {
        return publish(channel, payload, null);
    }

    /**
     * The same, if a lease is valid when the message is appended, and no later leadership is known here.
     *
     * @throws dev.ginkgo.cluster.LeaseExpiredException if it is not
     */
    public PublishResult publish(ChannelName channel, Payload payload, @Nullable Lease lease) {
        PublishResult receipt;
        List<Feed.Listeners> told = new ArrayList<>(1);
        synchronized (this) {
            fence.require(lease);
            limits.requireRoom(payload.bytes().length);
            ChannelLog log = open(channel);
            Position position = arrivals.own().next();
            Instant now = time.now();
            Envelope envelope = outlet == null ? null : outlet.wrap(log, position.sequence(), payload, now, lease);
            Entry entry = append(log, time.nanos(), position, now, payload, envelope, told);
            int peers = outlet == null || envelope == null ? 0 : outlet.send().applyAsInt(envelope);
            receipt = new PublishResult(entry.message.id(), channel.text(), log.readers(), peers);
        }
        counters.published.increment();
        Feed.Listeners.appended(told);
        return receipt;
    }

    /**
     * Takes what was published at another node; what came before is left out. Of one origin, messages come in order.
     * What is under a leadership that is over stays out, too, and is told like what is lost: it may have been published in
     * time, and have been read elsewhere, before this node heard of the later one. That is decided under the lock under
     * which messages get their order, so that no reader gets anything of a leadership after something of a later one.
     *
     * @return whether it was new
     * @throws HubRejectedException if it cannot be taken
     */
    public boolean relay(ChannelName channel, Position position, Envelope envelope) {
        Payload payload = Payload.relayed(envelope.payload(), envelope.binary());
        List<Feed.Listeners> told = new ArrayList<>(1);
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
        Feed.Listeners.appended(told);
        return true;
    }

    /**
     * What another node has published up to there will never come.
     *
     * @param concerned the channels that may have lost something by it
     * @param tell whether those who read them now are told; those who come back later are in any case
     */
    public void lose(Position upTo, Predicate<String> concerned, boolean tell) {
        List<Feed.Listeners> told = new ArrayList<>();
        synchronized (this) {
            List<Feed> feeds = pass(upTo, concerned);
            if (tell) {
                show(feeds, told);
            }
        }
        Feed.Listeners.appended(told);
    }

    /** Puts a loss at the end of these. */
    private void show(List<Feed> lacking, List<Feed.Listeners> told) {
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
    public synchronized RangeResponse answer(SequenceRange asked) {
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
            List<Feed.Listeners> told) {
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
            throw new HubRejectedException(HubRejectedException.Reason.STOPPED, "the hub has stopped");
        }
    }

    // ---- let go

    /** Lets go of what is over the budget, too many or too old. */
    public synchronized void evict() {
        stock.evict();
    }

    private void shortened(ChannelLog log) {
        directory.forgetIfUnused(log);
    }

    /** Counts a cache in the budget, and evicts it before messages. */
    public synchronized void setCache(EvictableCache cache) {
        stock.setCache(cache);
    }

    // ---- readers

    /**
     * Opens a cursor, and counts a subscriber in until {@link #closeCursor(Cursor)}. Whoever is to be notified of what it can
     * read is added to its feed before the lock is released.
     *
     * @throws HubRejectedException if the channel cannot be made, or the pattern is one too many
     */
    public synchronized Cursor openCursor(SubscribeRequest wish) {
        requireOpen();
        Feed feed = directory.feed(wish);
        readers++;
        feed.join();
        return new Cursor(feed, begin(feed, wish), arrivals);
    }

    /** Opens a cursor with a listener of its own. */
    public synchronized Cursor openCursor(SubscribeRequest wish, FeedListener listener) {
        Cursor cursor = openCursor(wish);
        cursor.feed.add(listener);
        return cursor;
    }

    private StartPosition begin(Feed feed, SubscribeRequest wish) {
        long before = feed.cost();
        StartPosition beginning = StartPosition.of(
                feed,
                wish.since(),
                new StartPosition.StoreState(
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
    public synchronized void closeCursor(Cursor cursor) {
        if (!closed) {
            readers--;
            cursor.feed.leave();
            directory.forgetIfUnread(cursor.feed);
        }
    }

    /** The same, with its listener. */
    public synchronized void closeCursor(Cursor cursor, FeedListener listener) {
        cursor.feed.remove(listener);
        closeCursor(cursor);
    }

    /** Shows what conflated feeds hold back, where it is time. */
    public void flush() {
        List<Feed.Listeners> told = new ArrayList<>(0);
        synchronized (this) {
            directory.flush(time.nanos(), told);
        }
        Feed.Listeners.appended(told);
    }

    /** Whether somebody reads with conflation. */
    public synchronized boolean conflates() {
        return directory.conflates();
    }

    /** The id of the place of a reader who has had everything. Under the lock. */
    public String idOfEnd() {
        return arrivals.now();
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** So many of the channels, at most. */
    public synchronized ChannelListing channels(int limit) {
        return ChannelListing.of(directory.channels(), limit);
    }

    /** How many nodes of the patterns' trie have been looked at, ever. */
    public synchronized long steps() {
        return directory.steps();
    }

    /** Returns what the store holds now. */
    public synchronized StoreUsage usage() {
        return new StoreUsage(
                readers, directory.channels().size(), directory.patterns(), directory.views(), stock.held());
    }

    /** Lets go of everything. Those who wait for a message are woken. */
    @Override
    public void close() {
        List<Feed.Listeners> told = new ArrayList<>();
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
        told.forEach(Feed.Listeners::wake);
    }
}
