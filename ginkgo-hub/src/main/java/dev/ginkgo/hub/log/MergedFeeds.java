package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.PatternTrie;
import dev.ginkgo.hub.channel.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The merged feeds: those of patterns and lists, and all conflated ones. A channel keeps references to the merged feeds
 * that include it, so a publish does no look-up; matching is done only when a channel or a feed is created. Guarded by
 * the store.
 */
final class MergedFeeds {
    private record FeedKey(ChannelSelector selector, Duration conflate, boolean history) {}

    private final Map<FeedKey, Feed> feeds = new HashMap<>();
    private final PatternTrie<Feed> patternTrie = new PatternTrie<>();
    private final List<Feed> conflated = new ArrayList<>(0);

    int size() {
        return feeds.size();
    }

    @Nullable
    Feed find(SubscribeRequest subscribeRequest) {
        Feed withHistory = feeds.get(key(subscribeRequest, true));
        return withHistory != null || subscribeRequest.asksForHistory()
                ? withHistory
                : feeds.get(key(subscribeRequest, false));
    }

    private static FeedKey key(SubscribeRequest subscribeRequest, boolean history) {
        return new FeedKey(subscribeRequest.selector(), subscribeRequest.conflate(), history);
    }

    /** Creates the feed for a request. */
    Feed add(SubscribeRequest subscribeRequest, Map<ChannelName, ChannelLog> channels) {
        ChannelSelector channelSelector = subscribeRequest.selector();
        Feed feed;
        if (subscribeRequest.conflate().isZero()) {
            feed = Feed.of(channelSelector);
        } else {
            feed = Feed.of(
                    channelSelector, new Conflation(subscribeRequest.conflate().toNanos()));
            conflated.add(feed);
        }
        feeds.put(key(subscribeRequest, subscribeRequest.asksForHistory() || feed.isConflated()), feed);
        patternTrie.add(channelSelector, feed);
        matching(channelSelector, channels).forEach(log -> log.addTo(feed));
        if (subscribeRequest.asksForHistory() && !feed.isConflated()) {
            feed.addHistory();
        }
        return feed;
    }

    private static List<ChannelLog> matching(ChannelSelector channelSelector, Map<ChannelName, ChannelLog> channels) {
        List<ChannelLog> matching = new ArrayList<>();
        if (channelSelector.names().stream().allMatch(ChannelSelector::isName)) {
            for (String name : channelSelector.names()) {
                ChannelLog log = channels.get(new ChannelName(name));
                if (log != null) {
                    matching.add(log);
                }
            }
        } else {
            channels.values().stream()
                    .filter(log -> channelSelector.matches(log.name))
                    .forEach(matching::add);
        }
        matching.sort(Comparator.comparingLong(MergedFeeds::lastArrival));
        return matching;
    }

    private static long lastArrival(ChannelLog log) {
        Entry newest = log.newest();
        return newest == null ? 0 : newest.arrival;
    }

    /** Adds a new channel to the feeds that match it. */
    void channelAdded(ChannelLog log) {
        if (!patternTrie.isEmpty()) {
            patternTrie.find(log.name).forEach(log::addTo);
        }
    }

    /** Removes a channel from its feeds. */
    void channelRemoved(ChannelLog log) {
        log.mergedFeeds().forEach(feed -> feed.removeChannel(log));
    }

    /** Removes a feed that has no subscribers. */
    void remove(Feed feed) {
        feeds.values().remove(feed);
        conflated.remove(feed);
        patternTrie.remove(feed.channelSelector, feed);
        feed.logs.forEach(log -> log.removeFrom(feed));
    }

    Collection<Feed> all() {
        return feeds.values();
    }

    List<Feed> conflated() {
        return conflated;
    }

    /**
     * Emits the pending messages of conflated feeds whose period has elapsed.
     *
     * @param changed receives the listeners of the feeds that have something new
     * @return the additional memory in bytes
     */
    long flush(long now, List<Feed.Listeners> changed) {
        long addedBytes = 0;
        for (Feed feed : conflated) {
            long before = feed.cost();
            if (feed.flush(now)) {
                changed.add(feed.listeners());
            }
            addedBytes += feed.cost() - before;
        }
        return addedBytes;
    }

    /** Returns the feeds in which messages may be missing if messages of the given channels are lost. */
    List<Feed> affectedBy(Predicate<String> channels) {
        return feeds.values().stream()
                .filter(feed -> feed.channelSelector.names().stream()
                        .anyMatch(name -> !ChannelSelector.isName(name) || channels.test(name)))
                .toList();
    }

    /** Returns how many trie nodes look-ups have visited in total. */
    long visitedNodes() {
        return patternTrie.visitedNodes();
    }
}
