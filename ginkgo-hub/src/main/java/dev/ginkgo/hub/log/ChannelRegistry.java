package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.ForgottenChannels;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    // the same by owner, and the owners that exceed their share: at most OWNER_SHARE
    private final Map<InetAddress, LinkedHashSet<ChannelLog>> idleByOwner = new HashMap<>();
    private final Set<InetAddress> overShare = new HashSet<>();
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

    /**
     * Returns the channel with a name, and creates it if necessary. If the limit for channels is reached, the least
     * recently used channel without subscribers of its own is removed, with its messages: one of the client that exceeds its
     * share the most, if there is one.
     *
     * @param client the client that publishes; null if another node or the program itself does, or a client subscribes
     * @throws dev.ginkgo.hub.message.HubRejectedException if the limit is reached and all channels have subscribers
     */
    ChannelLog open(ChannelName name, @Nullable InetAddress client) {
        ChannelLog log = channels.get(name);
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
        if (log.size() == 0 && !Objects.equals(log.owner, client)) {
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

    private void used(ChannelLog log) {
        if (log.feed.subscribers() == 0) {
            idle.addLast(log); // moves it if present
            if (log.owner != null) {
                idleByOwner
                        .computeIfAbsent(log.owner, _ -> new LinkedHashSet<>())
                        .addLast(log);
                checkShare(log.owner);
            }
        }
    }

    private void removeIdle(ChannelLog log) {
        idle.remove(log);
        if (log.owner != null) {
            idleByOwner.computeIfPresent(log.owner, (_, logs) -> logs.remove(log) && logs.isEmpty() ? null : logs);
            checkShare(log.owner);
        }
    }

    private void checkShare(InetAddress owner) {
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
    Feed feed(SubscribeRequest subscribeRequest) {
        if (subscribeRequest.isSingleChannel()) {
            return open(subscribeRequest.selector().channel(), null).feed;
        }
        Feed found = mergedFeeds.find(subscribeRequest);
        if (found != null) {
            return found;
        }
        limits.requireCapacity(mergedFeeds.size(), mergedFeeds.patternSegments(), subscribeRequest.selector());
        return mergedFeeds.add(subscribeRequest, channels.values(), forgotten.remembered(), retention.openReader());
    }

    /**
     * Performs the next step of the construction of a feed.
     *
     * @return whether the feed is complete
     */
    boolean assembleStep(Feed feed, FeedAssembler.Matches matches) {
        FeedAssembler assembler = feed.assembler();
        if (assembler == null) {
            return true;
        }
        long before = feed.cost();
        boolean complete = assembler.step(matches);
        retention.charge(feed.cost() - before);
        if (complete) {
            mergedFeeds.complete(feed);
        }
        retention.evictExpired();
        return complete;
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

    /**
     * Removes a feed if it has no subscribers. The channels of a merged feed are released in steps, see {@link
     * #releaseStep}.
     */
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
     * Records that messages of an origin up to a position were never received, where only some channels can be
     * affected.
     *
     * @return the feeds in which messages may be missing
     */
    List<Feed> recordLoss(Position upTo, Predicate<String> affected, long now) {
        forgotten.raise(upTo, now);
        List<Feed> feeds = new ArrayList<>(mergedFeeds.affectedBy(affected));
        channels.values().stream().filter(log -> affected.test(log.name.text())).forEach(log -> {
            log.raiseWatermark(upTo, now);
            feeds.add(log.feed);
        });
        return feeds;
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
     * Emits the pending messages of conflated feeds whose period has elapsed.
     *
     * @param changed receives the listeners of the feeds that have something new
     */
    void flush(long now, List<Feed.Listeners> changed) {
        retention.charge(mergedFeeds.flush(now, changed));
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

    /** Returns how many trie nodes look-ups have visited in total. */
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
    }
}
