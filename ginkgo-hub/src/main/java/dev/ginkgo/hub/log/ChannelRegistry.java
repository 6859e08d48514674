package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.ForgottenChannels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Registry of the channels, of the merged feeds of patterns and lists, and of the watermarks of channels that no longer
 * exist. A channel is created by its first publish or subscriber, and exists while it has messages or subscribers; a
 * merged feed exists while it has subscribers. Guarded by the store.
 */
final class ChannelRegistry {
    /** Maximum number of channels that are removed for a new one: more than one, if the limit has been lowered. */
    private static final int MAX_REMOVED = 2;

    /** A client whose channels without subscribers exceed this part of the limit loses them before others lose theirs. */
    private static final int OWNER_SHARE = 10;

    private final StoreLimits limits;
    private final RetentionManager retention;
    private final Map<ChannelName, ChannelLog> channels = new ConcurrentHashMap<>();
    // the channels without subscribers of their own, the least recently used first
    private final LinkedHashSet<ChannelLog> idle = new LinkedHashSet<>();
    private @Nullable ChannelLog lastUsed; // the last one of these, or null
    // the same by owner, and the owners that exceed their share: at most OWNER_SHARE
    private final Map<Long, LinkedHashSet<ChannelLog>> idleByOwner = new HashMap<>();
    private final Set<Long> overShare = new HashSet<>();
    private final MergedFeeds mergedFeeds = new MergedFeeds();
    private final ForgottenChannels forgotten = new ForgottenChannels();
    private long forgottenOwnSequence;

    /**
     * Creates an empty registry.
     *
     * @param retentionManager is charged for the memory of merged feeds
     */
    ChannelRegistry(StoreLimits limits, RetentionManager retentionManager) {
        this.limits = limits;
        this.retention = retentionManager;
    }

    /** Records that everything this node published in an earlier run, up to a position, is lost. */
    void restoreOwnPosition(Position own, long now) {
        forgotten.raise(own, now);
        forgottenOwnSequence = own.sequence();
    }

    // ---- look-up

    /** Returns the channel with a name, or null. May be called without the lock; the channel may be removed meanwhile. */
    @Nullable
    ChannelLog find(ChannelName name) {
        return channels.get(name);
    }

    /**
     * Returns the channel with a name, and creates it if necessary. If the limit for channels is reached, the least
     * recently used channel without subscribers of its own is removed, with its messages: one of the client that exceeds its
     * share the most, if there is one.
     *
     * @param found the result of {@link #find} before the lock was acquired; null if there was none
     * @param client number of the client that publishes; 0 if a program does, or a client subscribes
     * @throws dev.ginkgo.hub.message.HubRejectedException if the limit is reached and all channels have subscribers
     */
    ChannelLog open(@Nullable ChannelLog found, ChannelName name, long client) {
        ChannelLog log = found == null || found.removed ? channels.get(name) : found;
        if (log == null) {
            if (!makeRoom()) {
                limits.requireCapacity(channels.size(), name);
            }
            log = new ChannelLog(name, forgotten.reopen(name));
            // An upper bound: a peer that misses messages may report a gap although none of this channel is lost.
            log.lastOwnSequence = forgottenOwnSequence;
            channels.put(name, log);
            mergedFeeds.channelAdded(log);
        }
        if (log.size() == 0 && log.owner != client) {
            removeIdle(log);
            log.owner = client;
        }
        used(log);
        return log;
    }

    /** Removes channels if the limit is reached, and returns whether it has removed one. */
    private boolean makeRoom() {
        int before = channels.size();
        for (int i = 0; i < MAX_REMOVED && limits.isFull(channels.size()) && !idle.isEmpty(); i++) {
            ChannelLog leastRecentlyUsed = leastRecentlyUsed();
            retention.evictAll(leastRecentlyUsed);
            removeIfUnused(leastRecentlyUsed);
        }
        return channels.size() < before;
    }

    private ChannelLog leastRecentlyUsed() {
        return overShare.stream()
                .map(owner -> idleByOwner.getOrDefault(owner, idle))
                .max(Comparator.comparingInt(Set::size))
                .orElse(idle)
                .getFirst();
    }

    @SuppressWarnings("ReferenceEquality")
    private void used(ChannelLog log) {
        if (log.feed.subscribers() == 0 && log != lastUsed) {
            lastUsed = log;
            idle.addLast(log); // moves it if present
            if (log.owner != 0) {
                idleByOwner
                        .computeIfAbsent(log.owner, _ -> new LinkedHashSet<>())
                        .addLast(log);
                checkShare(log.owner);
            }
        }
    }

    private void removeIdle(ChannelLog log) {
        lastUsed = null;
        idle.remove(log);
        if (log.owner != 0) {
            idleByOwner.computeIfPresent(log.owner, (_, logs) -> logs.remove(log) && logs.isEmpty() ? null : logs);
            checkShare(log.owner);
        }
    }

    private void checkShare(long owner) {
        LinkedHashSet<ChannelLog> logs = idleByOwner.get(owner);
        if (logs != null && limits.exceedsShare(logs.size(), OWNER_SHARE)) {
            overShare.add(owner);
        } else {
            overShare.remove(owner);
        }
    }

    /** Counts a subscriber of a feed. */
    void subscribe(Feed feed) {
        feed.addSubscriber();
        if (feed.singleChannel) {
            feed.logs.forEach(this::removeIdle);
        }
    }

    /** Reverses {@link #subscribe}, and removes the feed if it was the last subscriber. */
    void unsubscribe(Feed feed) {
        feed.removeSubscriber();
        if (feed.singleChannel) {
            feed.logs.stream().filter(log -> !log.removed).forEach(this::used);
        }
        removeIfUnsubscribed(feed);
    }

    /**
     * Returns the feed for a request, and creates it if necessary. A new merged feed is under construction.
     *
     * @throws dev.ginkgo.hub.message.HubRejectedException if the limit for channels or patterns is reached
     */
    Feed feed(SubscribeRequest subscribeRequest, StartPosition.StoreState storeState) {
        if (subscribeRequest.isSingleChannel()) {
            return open(null, subscribeRequest.selector().channel(), 0).feed;
        }
        Since since = subscribeRequest.since();
        Feed found = mergedFeeds.find(subscribeRequest, feed -> StartPosition.isCovered(feed, since, storeState));
        if (found != null) {
            return found;
        }
        limits.requireCapacity(mergedFeeds.size(), mergedFeeds.patternSegments(), subscribeRequest.selector());
        return mergedFeeds.add(
                subscribeRequest,
                channels.values(),
                forgotten.remembered(),
                StartPosition.earliest(since, storeState),
                retention::charge);
    }

    /**
     * Performs the next step of the construction of a feed, unless a subscription can be opened.
     *
     * @return whether a subscription can be opened
     */
    boolean assembleStep(Feed feed, FeedAssembler.Matches matches, Since since, StartPosition.StoreState storeState) {
        FeedAssembler assembler = feed.assembler();
        if (assembler == null || StartPosition.isCovered(feed, since, storeState)) {
            return true;
        }
        long before = feed.cost();
        if (assembler.step(matches)) {
            feed.setAssembler(null);
        }
        retention.charge(feed.cost() - before);
        if (assembler.isJoined()) {
            mergedFeeds.joined(assembler);
        }
        retention.evictExpired();
        return feed.assembler() == null;
    }

    // ---- removal and loss

    /** Removes a channel if it has neither messages nor subscribers. */
    void removeIfUnused(ChannelLog log) {
        if (log.isUnused() && channels.remove(log.name, log)) {
            forgottenOwnSequence = Math.max(forgottenOwnSequence, log.lastOwnSequence);
            log.removed = true;
            removeIdle(log);
            retention.forget(log);
            mergedFeeds.channelRemoved(log);
            forgotten.add(log.name, log.watermark);
        }
    }

    /** Removes a feed if it has no subscribers. {@link #releaseStep} releases the channels of a merged one. */
    void removeIfUnsubscribed(Feed feed) {
        if (feed.isInUse()) {
            return;
        }
        if (feed.singleChannel) {
            List.copyOf(feed.logs).forEach(retention::trim);
            List.copyOf(feed.logs).forEach(this::removeIfUnused);
        } else {
            retention.charge(-feed.cost());
            mergedFeeds.remove(feed);
        }
    }

    /**
     * Releases some channels of removed feeds.
     *
     * @return whether there are more
     */
    boolean releaseStep() {
        for (int steps = 0; steps < FeedAssembler.STEP; steps++) {
            ChannelLog log = mergedFeeds.removeNextChannel();
            if (log == null) {
                return false;
            }
            steps += retention.trim(log);
        }
        return true;
    }

    /** Records that messages of an origin up to a position were never received, in any channel. */
    void recordLoss(Position upTo, long now) {
        forgotten.raise(upTo, now);
    }

    /**
     * Records that messages of an origin up to one of a channel were never received.
     *
     * @return the feeds in which messages may be missing
     */
    Deque<Feed> recordLoss(Position upTo, ChannelName channel, long now) {
        recordLoss(upTo, now);
        Deque<Feed> feeds = new ArrayDeque<>();
        ChannelLog log = channels.get(channel);
        if (log != null) {
            raiseWatermarks(new ArrayDeque<>(List.of(log)), upTo, now, feeds);
        }
        feeds.addAll(mergedFeedsAffectedBy(channel.text()::equals));
        return feeds;
    }

    /** Returns the channels whose names match. May be called without the lock. */
    Deque<ChannelLog> affectedBy(Predicate<String> names) {
        Deque<ChannelLog> logs = new ArrayDeque<>();
        channels.values().stream().filter(log -> names.test(log.name.text())).forEach(logs::add);
        return logs;
    }

    /** Returns the merged feeds that may include channels whose names match. */
    List<Feed> mergedFeedsAffectedBy(Predicate<String> names) {
        return mergedFeeds.affectedBy(names);
    }

    /**
     * Records in some channels, which it removes, that messages were never received.
     *
     * @param feeds receives the feeds of the channels
     * @return whether there are more
     */
    boolean raiseWatermarks(Deque<ChannelLog> logs, Position upTo, long now, Deque<Feed> feeds) {
        for (int steps = 0; steps < FeedAssembler.STEP && !logs.isEmpty(); steps++) {
            ChannelLog log = logs.removeFirst();
            log.raiseWatermark(upTo, now); // also if it has been removed: it is remembered with its watermark
            if (!log.removed) {
                feeds.add(log.feed);
            }
        }
        return !logs.isEmpty();
    }

    /**
     * Records a loss at the end of some feeds, which it removes.
     *
     * @param arrivals returns the next arrival number
     * @param changed receives the listeners of the feeds whose subscribers may have to report it
     * @return whether there are more
     */
    boolean markLost(Deque<Feed> feeds, LongSupplier arrivals, List<FeedListener.Group> changed) {
        for (int steps = 0; steps < FeedAssembler.STEP && !feeds.isEmpty(); steps++) {
            Feed feed = feeds.removeFirst();
            long before = feed.cost();
            if (feed.markLost(arrivals.getAsLong())) {
                retention.charge(feed.singleChannel ? 0 : feed.cost() - before);
                changed.add(feed.listeners());
            }
        }
        return !feeds.isEmpty();
    }

    /** Returns the watermark of the removed channels that is not part of the watermark of a feed. */
    EvictionWatermark watermarkOfForgotten(Feed feed) {
        return feed.singleChannel ? new EvictionWatermark() : forgotten.watermarkOfOthers();
    }

    /** Returns the watermark of all channels that have been removed or are empty. */
    EvictionWatermark watermarkOfEmpty() {
        EvictionWatermark watermark = forgotten.watermarkOfAll();
        channels.values().stream().filter(log -> log.oldest() == null).forEach(log -> watermark.raise(log.watermark));
        return watermark;
    }

    // ---- all channels

    /**
     * Emits some of the pending messages of conflated feeds whose period has elapsed.
     *
     * @param changed receives the listeners of the feeds that have something new
     * @return whether there may be more
     */
    boolean flush(long now, List<FeedListener.Group> changed) {
        int remaining = FeedAssembler.STEP;
        for (Feed feed : mergedFeeds.conflated()) {
            long before = feed.cost();
            int emitted = feed.flush(now, remaining);
            retention.charge(feed.cost() - before);
            if (emitted > 0) {
                changed.add(feed.listeners());
                remaining -= emitted;
            }
            if (remaining <= 0) {
                return true;
            }
        }
        return false;
    }

    boolean hasConflation() {
        return !mergedFeeds.conflated().isEmpty();
    }

    Collection<ChannelLog> channels() {
        return channels.values();
    }

    /** Returns the number of patterns, lists and conflated channels with subscribers. */
    int patterns() {
        return mergedFeeds.size();
    }

    long trieSteps() {
        return mergedFeeds.visitedNodes();
    }

    List<Feed> feeds() {
        List<Feed> all = new ArrayList<>(mergedFeeds.all());
        channels.values().forEach(log -> all.add(log.feed));
        return all;
    }

    /** Removes all channels. Cursors keep their feeds. */
    void clear() {
        channels.clear();
        idle.clear();
        idleByOwner.clear();
        overShare.clear();
        lastUsed = null;
    }
}
