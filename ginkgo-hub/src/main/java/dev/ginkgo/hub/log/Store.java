package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;

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
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.time.TimeSource;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The store: all channels with their messages, of this node and of its peers, and the cursors of their subscribers.
 *
 * <p>The monitor of the store guards all logs and everything attached to them. Work under it is limited to updating
 * references: encoding, writing and notification happen outside.
 */
public final class Store implements Publisher, AutoCloseable {
    /** Origin number of a standalone hub. */
    static final long STANDALONE_ORIGIN = 0;

    private final StoreLimits limits;
    private final TimeSource timeSource;
    private final Counters counters;
    private final @Nullable ReplicationOutput replicationOutput;
    private final EpochFence epochFence;
    private final long startedAt;
    public final StoreSnapshots snapshots;
    public final StreamInput streams;

    // guarded by this
    private final VersionVector versionVector;
    private final RetentionManager retention;
    private final ChannelRegistry channelRegistry;
    private long arrival;
    private int subscribers;
    private boolean closed;

    /** Creates the store of a standalone hub. */
    public Store(StoreLimits limits, TimeSource timeSource, long incarnation, Counters counters) {
        this(limits, timeSource, incarnation, false, counters);
    }

    /** Creates a store that is alone, or {@code ofStreams} of a broker, which contain also what this hub publishes. */
    public Store(StoreLimits limits, TimeSource timeSource, long incarnation, boolean ofStreams, Counters counters) {
        Position own = new Position(STANDALONE_ORIGIN, incarnation, 0);
        this(limits, timeSource, own, ofStreams, null, new EpochFence(), counters);
    }

    /** Creates the store of a node in a cluster. */
    public Store(
            StoreLimits limits,
            TimeSource timeSource,
            ReplicationOutput replicationOutput,
            EpochFence epochFence,
            Counters counters) {
        this(limits, timeSource, replicationOutput.startPosition(), false, replicationOutput, epochFence, counters);
    }

    private Store(
            StoreLimits limits,
            TimeSource timeSource,
            Position own,
            boolean ofStreams,
            @Nullable ReplicationOutput replicationOutput,
            EpochFence epochFence,
            Counters counters) {
        this.limits = limits;
        this.timeSource = timeSource;
        this.replicationOutput = replicationOutput;
        this.epochFence = epochFence;
        this.counters = counters;
        startedAt = timeSource.nanos();
        versionVector = new VersionVector(own, startedAt, ofStreams);
        retention = new RetentionManager(limits, timeSource, this::removeIfUnused);
        channelRegistry = new ChannelRegistry(limits, retention);
        snapshots = new StoreSnapshots(this, limits, timeSource, epochFence, channelRegistry, versionVector, retention);
        streams = new StreamInput(this, limits, timeSource, channelRegistry, versionVector, retention);
        if (own.sequence() > 0) {
            channelRegistry.restoreOwnPosition(own, startedAt);
        }
    }

    @Override
    public PublishResult publish(ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key) {
        return publish(channel, payload, client, key, null);
    }

    /**
     * Publishes a message, as {@link #publish(ChannelName, Payload, long, Optional)}; if there is a lease, only if
     * it is valid and not superseded when the message is appended.
     *
     * @throws dev.ginkgo.cluster.LeaseExpiredException if the lease has expired or is superseded
     */
    public PublishResult publish(
            ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key, @Nullable Lease lease) {
        List<FeedListener.Group> changed;
        StoredMessage message;
        int receivers;
        int peers;
        var _ = limits.read();
        limits.requireMessageFits(payload.bytes().length);
        Instant now = timeSource.now();
        ChannelLog found = channelRegistry.find(channel);
        synchronized (this) {
            epochFence.require(lease);
            ChannelLog log = openChannel(found, channel, client);
            long nanos = timeSource.nanos(); // read under the lock, so that messages are in the order of their times
            message = message(log, nanos, versionVector.own().next(), now, payload);
            Envelope envelope =
                    replicationOutput == null ? null : replicationOutput.wrap(log, message, lease, key, client);
            changed = append(log, nanos, nanos, message, envelope);
            peers = envelope == null ? 0 : requireNonNull(replicationOutput).sendToPeers(envelope);
            receivers = log.subscribers();
        }
        counters.recordPublish();
        FeedListener.Group.appended(changed);
        return new PublishResult(message.id(), channel.text(), receivers, peers);
    }

    /**
     * Appends a message that was published at another node, unless it is older than what has been received from that
     * origin. Messages of one origin arrive in order. A message of a superseded epoch is not delivered but recorded as
     * lost: it may have been published in time, and delivered elsewhere, before this node learned of the later epoch.
     * That check happens under the lock that orders messages, so no subscriber receives a message of an older epoch
     * after one of a newer epoch.
     *
     * @return whether the message was new
     * @throws HubRejectedException if the message is rejected
     */
    public boolean relay(ChannelName channel, Position position, Envelope envelope) {
        Payload payload = Payload.relayed(envelope.payload(), envelope.binary());
        List<FeedListener.Group> changed;
        var _ = limits.read();
        ChannelLog found = channelRegistry.find(channel);
        synchronized (this) {
            if (!versionVector.isNew(position)) {
                return false;
            }
            if (epochFence.admits(envelope.epoch())) {
                long nanos = timeSource.nanos();
                if (versionVector.positionOf(position.origin()) == null && position.sequence() > 1) {
                    channelRegistry.recordLoss(position.before(), nanos);
                }
                limits.requireMessageFits(payload.bytes().length);
                ChannelLog log = openChannel(found, channel, envelope.client());
                Instant time = Instant.ofEpochMilli(envelope.publishedMillis());
                changed = append(log, nanos, nanos, message(log, nanos, position, time, payload), envelope);
            } else {
                changed = new ArrayList<>();
                channelRegistry.markLost(skipTo(position, channel), this::nextArrival, changed);
            }
        }
        FeedListener.Group.appended(changed);
        return true;
    }

    /**
     * Records that messages of another node up to a position will never arrive. Called without the lock.
     *
     * @param affected the channels in which messages may be missing
     * @param notify whether current subscribers report a gap; those that resume later do in either case
     */
    public void recordLoss(Position upTo, Predicate<String> affected, boolean notify) {
        long now = timeSource.nanos();
        synchronized (this) {
            channelRegistry.recordLoss(upTo, now);
        }
        Deque<ChannelLog> logs = channelRegistry.affectedBy(affected);
        Deque<Feed> feeds = new ArrayDeque<>();
        FeedReservation.inSteps(this, () -> channelRegistry.raiseWatermarks(logs, upTo, now, feeds));
        synchronized (this) {
            versionVector.skipTo(upTo, now, retention.maxAgeNanos());
            feeds.addAll(channelRegistry.mergedFeedsAffectedBy(affected));
        }
        if (notify) {
            FeedReservation.inSteps(this, changed -> channelRegistry.markLost(feeds, this::nextArrival, changed));
        }
    }

    /** Skips the messages of an origin up to one of a channel, and returns the feeds in which messages may be missing. */
    Deque<Feed> skipTo(Position upTo, ChannelName channel) {
        long now = timeSource.nanos();
        versionVector.skipTo(upTo, now, retention.maxAgeNanos());
        return channelRegistry.recordLoss(upTo, channel, now);
    }

    /** Creates a message, and advances the version vector, so that it must be appended. Called under the lock. */
    StoredMessage message(ChannelLog log, long now, Position position, Instant published, Payload payload) {
        List<Position> others = versionVector.add(position, now, retention.maxAgeNanos());
        return new StoredMessage(log.name.text(), position, others, published, payload);
    }

    /**
     * Appends a message to its channel and to the merged feeds. Called under the lock.
     *
     * @param published when it was published, on the monotonic clock
     * @return the listeners to notify after the lock has been released
     */
    List<FeedListener.Group> append(
            ChannelLog log, long published, long now, StoredMessage message, @Nullable Envelope envelope) {
        Entry entry = new Entry(message, log, published, ++arrival, envelope);
        retention.add(entry);
        log.feed.add(entry);
        List<FeedListener.Group> changed = log.feed.listeners().alone;
        if (!log.mergedFeeds().isEmpty()) {
            changed = new ArrayList<>(changed);
            retention.charge(log.addToMergedFeeds(entry, changed));
        }
        retention.evict(log, now);
        return changed;
    }

    private void removeIfUnused(ChannelLog log) {
        channelRegistry.removeIfUnused(log);
    }

    private long nextArrival() {
        return ++arrival;
    }

    ChannelLog openChannel(@Nullable ChannelLog found, ChannelName name, long client) {
        requireOpen();
        return channelRegistry.open(found, name, client);
    }

    void requireOpen() {
        if (closed) {
            throw new HubRejectedException(HubRejectedException.Reason.STOPPED, "the hub has stopped");
        }
    }

    /** Evicts messages that exceed the budget, the count of their channel, or the maximum age. Called without the lock. */
    public void evict() {
        retention.evictInSteps(this);
    }

    /** Evicts messages that exceed the budget, and some that exceed the maximum age. */
    public synchronized void evictExpired() {
        retention.evictExpired();
    }

    /** Adds a cache to the budget; it is evicted before messages are. */
    public synchronized void setCache(EvictableCache cache) {
        retention.setCache(cache);
    }

    /**
     * Prepares the feed for a request, and keeps it for a cursor that is about to be opened. Called without the lock.
     *
     * @throws HubRejectedException if the limit for patterns is reached, or the store is closed
     */
    public FeedReservation reserve(SubscribeRequest subscribeRequest) {
        var _ = limits.read();
        return FeedReservation.open(this, channelRegistry, subscribeRequest);
    }

    /**
     * Opens a cursor, which counts as a subscriber until {@link #closeCursor(Cursor)}. To miss no message, the caller
     * adds its listener to the feed before it releases the lock.
     *
     * @throws HubRejectedException if the limit for channels is reached, or the store is closed
     */
    public synchronized Cursor openCursor(FeedReservation reservation) {
        requireOpen();
        SubscribeRequest subscribeRequest = reservation.subscribeRequest();
        Feed prepared = reservation.feed();
        Feed feed = prepared == null ? channelRegistry.feed(subscribeRequest, state()) : prepared;
        subscribers++;
        channelRegistry.subscribe(feed);
        return new Cursor(feed, startPosition(feed, subscribeRequest), versionVector);
    }

    /** Opens a cursor and adds a listener to its feed, or throws as {@link #reserve}. Called without the lock. */
    public Cursor openCursor(SubscribeRequest subscribeRequest, FeedListener listener) {
        try (FeedReservation reservation = reserve(subscribeRequest)) {
            synchronized (this) {
                Cursor cursor = openCursor(reservation);
                cursor.feed.add(listener);
                return cursor;
            }
        }
    }

    /** Returns the state that determines start positions. Called under the lock. */
    StartPosition.StoreState state() {
        return new StartPosition.StoreState(
                versionVector,
                channelRegistry::watermarkOfForgotten,
                arrival,
                timeSource.nanos(),
                timeSource.now().toEpochMilli(),
                startedAt);
    }

    private StartPosition startPosition(Feed feed, SubscribeRequest subscribeRequest) {
        StartPosition startPosition = StartPosition.of(feed, subscribeRequest.since(), state());
        feed.joined(startPosition.number());
        if (!subscribeRequest.isSingleChannel()) {
            retention.evictExpired();
        }
        if (subscribeRequest.asksForHistory()) {
            counters.recordResume(startPosition.recovered());
        }
        return startPosition;
    }

    /** Closes a cursor. Called without the lock, like {@link #reserve}. */
    public void closeCursor(Cursor cursor) {
        synchronized (this) {
            if (!closed) {
                subscribers--;
                channelRegistry.unsubscribe(cursor.feed);
            }
        }
        FeedReservation.releaseChannels(this, channelRegistry);
    }

    /** Closes a cursor and removes its listener. Called without the lock. */
    public void closeCursor(Cursor cursor, FeedListener listener) {
        synchronized (this) {
            cursor.feed.remove(listener);
        }
        closeCursor(cursor);
    }

    /** Emits the pending messages of conflated feeds whose period has elapsed. Called without the lock. */
    public void flush() {
        FeedReservation.inSteps(this, changed -> channelRegistry.flush(timeSource.nanos(), changed));
    }

    /** Returns whether there is a conflated subscription. */
    public synchronized boolean hasConflation() {
        return channelRegistry.hasConflation();
    }

    /** Returns the id of the current end, for a subscriber that has received everything. Called under the lock. */
    public String endId() {
        return versionVector.endId();
    }

    /** Returns whether the store is closed. */
    public synchronized boolean isClosed() {
        return closed;
    }

    /** Lists at most {@code limit} channels. */
    public synchronized ChannelListing channels(int limit) {
        return ChannelListing.of(channelRegistry.channels(), limit);
    }

    /** Returns how many trie nodes look-ups have visited in total. */
    public synchronized long trieSteps() {
        return channelRegistry.trieSteps();
    }

    /** Returns what the store holds now. */
    public synchronized StoreUsage usage() {
        return new StoreUsage(
                subscribers,
                channelRegistry.channels().size(),
                channelRegistry.patterns(),
                retention.encodings(),
                retention.used());
    }

    /** Closes the store: discards all messages, and wakes the threads that wait for one. */
    @Override
    public void close() {
        List<FeedListener.Group> changed = new ArrayList<>();
        synchronized (this) {
            closed = true;
            channelRegistry.feeds().forEach(feed -> {
                feed.close();
                changed.add(feed.listeners());
            });
            channelRegistry.clear();
            retention.clear();
            subscribers = 0;
        }
        changed.forEach(FeedListener.Group::wake);
    }
}
