package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What there is to read: the channels, the feeds of patterns and lists, and what is remembered of channels that are gone.
 * A channel is made by its first publish or reader, and kept while it has messages or readers; the feed of a pattern or
 * list is kept while it has readers. Guarded by the store.
 */
final class ChannelRegistry {
    private final StoreLimits limits;
    private final RetentionManager retention;
    private final Map<ChannelName, ChannelLog> channels = new HashMap<>();
    private final MergedFeeds mergedFeeds = new MergedFeeds();
    private final ForgottenChannels forgotten = new ForgottenChannels();
    private long forgottenOwnSequence;

    /**
     * Begins with nothing.
     *
     * @param retentionManager is charged for merged feeds
     */
    ChannelRegistry(StoreLimits limits, RetentionManager retentionManager) {
        this.limits = limits;
        this.retention = retentionManager;
    }

    /** What this node has published up to there, in an earlier run, is gone. */
    void restoreOwnPosition(Position own, long now) {
        forgotten.raise(own, now);
        forgottenOwnSequence = own.sequence();
    }

    // ---- what is read

    /** The channel of that name, made if it is not there. */
    ChannelLog open(ChannelName name) {
        ChannelLog log = channels.get(name);
        if (log == null) {
            limits.requireCapacity(channels.size(), name);
            log = new ChannelLog(name, forgotten.reopen(name));
            log.lastOwnSequence =
                    forgottenOwnSequence; // at most: a peer that misses it may tell a gap where there is none
            channels.put(name, log);
            mergedFeeds.channelAdded(log);
        }
        return log;
    }

    /** What somebody wishes to read, made if it is not there. */
    Feed feed(SubscribeRequest subscribeRequest) {
        if (subscribeRequest.isSingleChannel()) {
            return open(subscribeRequest.selector().channel()).feed;
        }
        Feed found = mergedFeeds.find(subscribeRequest);
        if (found != null) {
            return found;
        }
        limits.requireCapacity(mergedFeeds.size(), subscribeRequest.selector());
        Feed made = mergedFeeds.add(subscribeRequest, channels);
        retention.charge(made.cost());
        return made;
    }

    // ---- what is gone

    /** Perhaps a channel has lost its last message. */
    void removeIfUnused(ChannelLog log) {
        if (log.isUnused() && channels.remove(log.name, log)) {
            forgottenOwnSequence = Math.max(forgottenOwnSequence, log.lastOwnSequence);
            retention.forget(log);
            mergedFeeds.channelRemoved(log);
            forgotten.add(log);
        }
    }

    /** Perhaps a feed has lost its last reader. */
    void removeIfUnsubscribed(Feed feed) {
        if (feed.subscribers() > 0) {
            return;
        }
        List.copyOf(feed.logs).forEach(retention::trim);
        if (feed.singleChannel) {
            List.copyOf(feed.logs).forEach(this::removeIfUnused);
        } else {
            retention.charge(-feed.cost());
            mergedFeeds.remove(feed);
        }
    }

    /** An origin's messages up to there were never here, whatever their channels. */
    void recordLoss(Position upTo, long now) {
        forgotten.raise(upTo, now);
    }

    /** The same, if only some channels may be concerned. Gives the feeds that may lack something. */
    List<Feed> recordLoss(Position upTo, Predicate<String> concerned, long now) {
        forgotten.raise(upTo, now);
        List<Feed> feeds = new ArrayList<>(mergedFeeds.affectedBy(concerned));
        channels.values().stream()
                .filter(log -> concerned.test(log.name.text()))
                .forEach(log -> {
                    log.watermark.raise(upTo, now);
                    feeds.add(log.feed);
                });
        return feeds;
    }

    /** What is gone of the channels that are not there any more and would be read. */
    EvictionWatermark watermarkOfForgotten(SubscribeRequest subscribeRequest) {
        return subscribeRequest.isSingleChannel()
                ? new EvictionWatermark()
                : forgotten.watermark(subscribeRequest.selector());
    }

    /** What is gone of all channels that are not there, or have nothing. */
    EvictionWatermark watermarkOfEmpty() {
        EvictionWatermark gone = forgotten.watermarkOfAll();
        channels.values().stream().filter(log -> log.oldest() == null).forEach(log -> gone.raise(log.watermark));
        return gone;
    }

    // ---- all of it

    /** Shows what conflated feeds hold back, where it is time. */
    void flush(long now, List<Feed.Listeners> told) {
        retention.charge(mergedFeeds.flush(now, told));
    }

    boolean hasConflation() {
        return !mergedFeeds.conflated().isEmpty();
    }

    Collection<ChannelLog> channels() {
        return channels.values();
    }

    /** How many patterns, lists and conflated channels are read. */
    int patterns() {
        return mergedFeeds.size();
    }

    /** How many framings of channels and patterns are read. */
    int encodings() {
        return mergedFeeds.all().stream().mapToInt(Feed::encodings).sum()
                + channels.values().stream()
                        .mapToInt(log -> log.feed.encodings())
                        .sum();
    }

    /** How many nodes of the patterns' trie have been looked at, ever. */
    long trieSteps() {
        return mergedFeeds.visitedNodes();
    }

    List<Feed> feeds() {
        List<Feed> all = new ArrayList<>(mergedFeeds.all());
        channels.values().forEach(log -> all.add(log.feed));
        return all;
    }

    /** Channels are gone; feeds are left to those who read them. */
    void clear() {
        channels.clear();
    }
}
