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
 * The feeds that are more than one channel as it comes: patterns, lists, and what is conflated. A channel knows those
 * that it belongs to, so that a publish on it looks for nothing; they are found once, when the channel is made, or the
 * feed. Guarded by the store.
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

    /** Makes the feed that somebody wants. */
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

    /** A channel is there: it joins those that want it. */
    void channelAdded(ChannelLog log) {
        if (!patternTrie.isEmpty()) {
            patternTrie.find(log.name).forEach(log::addTo);
        }
    }

    /** A channel is gone. */
    void channelRemoved(ChannelLog log) {
        log.mergedFeeds().forEach(feed -> feed.removeChannel(log));
    }

    /** A feed has lost its last reader. */
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

    /** Shows what conflated feeds hold back, where it is time; says how many bytes more that takes. */
    long flush(long now, List<Feed.Listeners> told) {
        long more = 0;
        for (Feed feed : conflated) {
            long before = feed.cost();
            if (feed.flush(now)) {
                told.add(feed.listeners());
            }
            more += feed.cost() - before;
        }
        return more;
    }

    /** The feeds that may have lost something, if these channels have. */
    List<Feed> affectedBy(Predicate<String> channels) {
        return feeds.values().stream()
                .filter(feed -> feed.channelSelector.names().stream()
                        .anyMatch(name -> !ChannelSelector.isName(name) || channels.test(name)))
                .toList();
    }

    /** How many nodes of the trie have been looked at, ever. */
    long visitedNodes() {
        return patternTrie.visitedNodes();
    }
}
