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
    static final long STANDALONE_ORIGIN = 0;

    private final StoreLimits limits;
    private final TimeSource timeSource;
    private final Counters counters;
    private final @Nullable ReplicationOutput replicationOutput;
    private final EpochFence epochFence;
    private final long startedAt;
    public final StoreSnapshots snapshots;

    // guarded by this
    private final VersionVector versionVector;
    private final RetentionManager retention;
    private final ChannelRegistry channelRegistry;
    private long arrival;
    private int subscribers;
    private boolean closed;

    /** The store of a hub that knows of no others. */
    public Store(StoreLimits limits, TimeSource timeSource, long incarnation, Counters counters) {
        this(limits, timeSource, new Position(STANDALONE_ORIGIN, incarnation, 0), null, new EpochFence(), counters);
    }

    /** The store of a node. */
    public Store(
            StoreLimits limits,
            TimeSource timeSource,
            ReplicationOutput replicationOutput,
            EpochFence epochFence,
            Counters counters) {
        this(limits, timeSource, replicationOutput.startPosition(), replicationOutput, epochFence, counters);
    }

    private Store(
            StoreLimits limits,
            TimeSource timeSource,
            Position own,
            @Nullable ReplicationOutput replicationOutput,
            EpochFence epochFence,
            Counters counters) {
        this.limits = limits;
        this.timeSource = timeSource;
        this.replicationOutput = replicationOutput;
        this.epochFence = epochFence;
        this.counters = counters;
        startedAt = timeSource.nanos();
        versionVector = new VersionVector(own, startedAt);
        retention = new RetentionManager(limits, timeSource, this::trimmed);
        channelRegistry = new ChannelRegistry(limits, retention);
        snapshots = new StoreSnapshots(this, limits, timeSource, epochFence, channelRegistry, versionVector, retention);
        if (own.sequence() > 0) {
            channelRegistry.restoreOwnPosition(own, startedAt);
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
        PublishResult publishResult;
        List<Feed.Listeners> told = new ArrayList<>(1);
        synchronized (this) {
            epochFence.require(lease);
            limits.requireMessageFits(payload.bytes().length);
            ChannelLog log = openChannel(channel);
            Position position = versionVector.own().next();
            Instant now = timeSource.now();
            Envelope envelope = replicationOutput == null
                    ? null
                    : replicationOutput.wrap(log, position.sequence(), payload, now, lease);
            Entry entry = append(log, timeSource.nanos(), position, now, payload, envelope, told);
            int peers = replicationOutput == null || envelope == null
                    ? 0
                    : replicationOutput.send().applyAsInt(envelope);
            publishResult = new PublishResult(entry.message.id(), channel.text(), log.subscribers(), peers);
        }
        counters.recordPublish();
        Feed.Listeners.appended(told);
        return publishResult;
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
            if (!versionVector.isNew(position)) {
                return false;
            }
            if (epochFence.admits(envelope.epoch())) {
                if (versionVector.positionOf(position.origin()) == null && position.sequence() > 1) {
                    channelRegistry.recordLoss(position.before(), timeSource.nanos());
                }
                limits.requireMessageFits(payload.bytes().length);
                Instant published = Instant.ofEpochMilli(envelope.publishedMillis());
                append(openChannel(channel), timeSource.nanos(), position, published, payload, envelope, told);
            } else {
                appendGaps(skipTo(position, channel.text()::equals), told);
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
    public void recordLoss(Position upTo, Predicate<String> concerned, boolean tell) {
        List<Feed.Listeners> told = new ArrayList<>();
        synchronized (this) {
            List<Feed> feeds = skipTo(upTo, concerned);
            if (tell) {
                appendGaps(feeds, told);
            }
        }
        Feed.Listeners.appended(told);
    }

    /** Puts a loss at the end of these. */
    private void appendGaps(List<Feed> lacking, List<Feed.Listeners> told) {
        for (Feed feed : lacking) {
            long before = feed.cost();
            if (feed.markLost(++arrival)) {
                retention.charge(feed.singleChannel ? 0 : feed.cost() - before);
                told.add(feed.listeners());
            }
        }
    }

    /** Goes on without what an origin has published up to there. Gives the feeds that may lack something of it. */
    List<Feed> skipTo(Position upTo, Predicate<String> concerned) {
        long now = timeSource.nanos();
        versionVector.skipTo(upTo, now, retention.maxAgeNanos());
        return channelRegistry.recordLoss(upTo, concerned, now);
    }

    /** What is held of a stretch, for a node that has missed it. */
    public synchronized RangeResponse readRange(SequenceRange asked) {
        return retention.readRange(asked);
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
        List<Position> others = versionVector.add(position, now, retention.maxAgeNanos());
        StoredMessage message = new StoredMessage(log.name.text(), position, others, published, payload);
        Entry entry = new Entry(message, log, now, ++arrival, envelope);
        retention.add(entry);
        log.feed.add(entry);
        told.add(log.feed.listeners());
        for (Feed feed : log.mergedFeeds()) {
            long before = feed.cost();
            if (feed.add(entry)) {
                told.add(feed.listeners());
            }
            retention.charge(feed.cost() - before);
        }
        retention.evict(log, timeSource.nanos());
        return entry;
    }

    ChannelLog openChannel(ChannelName name) {
        requireOpen();
        return channelRegistry.open(name);
    }

    private void requireOpen() {
        if (closed) {
            throw new HubRejectedException(HubRejectedException.Reason.STOPPED, "the hub has stopped");
        }
    }

    // ---- let go

    /** Lets go of what is over the budget, too many or too old. */
    public synchronized void evict() {
        retention.evict();
    }

    private void trimmed(ChannelLog log) {
        channelRegistry.removeIfUnused(log);
    }

    /** Counts a cache in the budget, and evicts it before messages. */
    public synchronized void setCache(EvictableCache cache) {
        retention.setCache(cache);
    }

    // ---- readers

    /**
     * Opens a cursor, and counts a subscriber in until {@link #closeCursor(Cursor)}. Whoever is to be notified of what it can
     * read is added to its feed before the lock is released.
     *
     * @throws HubRejectedException if the channel cannot be made, or the pattern is one too many
     */
    public synchronized Cursor openCursor(SubscribeRequest subscribeRequest) {
        requireOpen();
        Feed feed = channelRegistry.feed(subscribeRequest);
        subscribers++;
        feed.addSubscriber();
        return new Cursor(feed, startPosition(feed, subscribeRequest), versionVector);
    }

    /** Opens a cursor with a listener of its own. */
    public synchronized Cursor openCursor(SubscribeRequest subscribeRequest, FeedListener listener) {
        Cursor cursor = openCursor(subscribeRequest);
        cursor.feed.add(listener);
        return cursor;
    }

    private StartPosition startPosition(Feed feed, SubscribeRequest subscribeRequest) {
        long before = feed.cost();
        StartPosition startPosition = StartPosition.of(
                feed,
                subscribeRequest.since(),
                new StartPosition.StoreState(
                        versionVector,
                        channelRegistry.watermarkOfForgotten(subscribeRequest),
                        arrival,
                        timeSource.nanos(),
                        timeSource.now().toEpochMilli(),
                        startedAt));
        if (startPosition.number() == feed.end()) {
            feed.joinedAtEnd();
        }
        if (!subscribeRequest.isSingleChannel()) {
            retention.charge(feed.cost() - before);
            retention.evict();
        }
        if (subscribeRequest.asksForHistory()) {
            counters.recordResume(startPosition.recovered());
        }
        return startPosition;
    }

    /** Counts a subscriber out. */
    public synchronized void closeCursor(Cursor cursor) {
        if (!closed) {
            subscribers--;
            cursor.feed.removeSubscriber();
            channelRegistry.removeIfUnsubscribed(cursor.feed);
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
            channelRegistry.flush(timeSource.nanos(), told);
        }
        Feed.Listeners.appended(told);
    }

    /** Whether somebody reads with conflation. */
    public synchronized boolean hasConflation() {
        return channelRegistry.hasConflation();
    }

    /** The id of the place of a reader who has had everything. Under the lock. */
    public String endId() {
        return versionVector.endId();
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** So many of the channels, at most. */
    public synchronized ChannelListing channels(int limit) {
        return ChannelListing.of(channelRegistry.channels(), limit);
    }

    /** How many nodes of the patterns' trie have been looked at, ever. */
    public synchronized long trieSteps() {
        return channelRegistry.trieSteps();
    }

    /** Returns what the store holds now. */
    public synchronized StoreUsage usage() {
        return new StoreUsage(
                subscribers,
                channelRegistry.channels().size(),
                channelRegistry.patterns(),
                channelRegistry.encodings(),
                retention.used());
    }

    /** Lets go of everything. Those who wait for a message are woken. */
    @Override
    public void close() {
        List<Feed.Listeners> told = new ArrayList<>();
        synchronized (this) {
            closed = true;
            channelRegistry.feeds().forEach(feed -> {
                feed.close();
                told.add(feed.listeners());
            });
            channelRegistry.clear();
            retention.clear();
            subscribers = 0;
        }
        told.forEach(Feed.Listeners::wake);
    }
}
