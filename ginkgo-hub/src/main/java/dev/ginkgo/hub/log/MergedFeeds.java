package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.PatternTrie;
import dev.ginkgo.hub.channel.SelectorMatcher;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.position.ForgottenChannels.ForgottenChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
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
    private final List<FeedAssembler> assemblers = new ArrayList<>(0);
    private final Deque<Feed> discarded = new ArrayDeque<>(0);
    private int patternSegments;

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

    /** Returns the number of segments of all patterns. */
    int patternSegments() {
        return patternSegments;
    }

    /**
     * Creates the feed for a request. It has no channels yet; its {@link Feed#assembler} adds them.
     *
     * @param channels all channels; may be read without the lock
     */
    Feed add(
            SubscribeRequest subscribeRequest,
            Collection<ChannelLog> channels,
            List<ForgottenChannel> forgotten,
            ArrivalList.Reader reader) {
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
        patternSegments += channelSelector.patternSegments();
        FeedAssembler assembler = new FeedAssembler(
                feed,
                new SelectorMatcher(channelSelector),
                subscribeRequest.asksForHistory() || feed.isConflated(),
                channels,
                forgotten,
                reader);
        feed.setAssembler(assembler);
        assemblers.add(assembler);
        return feed;
    }

    /** Ends the construction of a feed. */
    void complete(Feed feed) {
        FeedAssembler assembler = feed.assembler();
        if (assembler != null) {
            assembler.close();
            assemblers.remove(assembler);
            feed.setAssembler(null);
        }
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
        assemblers.forEach(assembler -> assembler.channelRemoved(log));
    }

    /** Removes a feed that has no subscribers. Its channels still refer to it until {@link #removeNextChannel}. */
    void remove(Feed feed) {
        complete(feed);
        feeds.values().remove(feed);
        conflated.remove(feed);
        patternTrie.remove(feed.channelSelector, feed);
        patternSegments -= feed.channelSelector.patternSegments();
        feed.discard();
        discarded.add(feed);
    }

    /** Removes a removed feed from one of its channels, which is returned; null if there is none. */
    @Nullable
    ChannelLog removeNextChannel() {
        while (!discarded.isEmpty()) {
            ChannelLog log = discarded.getFirst().removeNextChannel();
            if (log != null) {
                return log;
            }
            discarded.removeFirst();
        }
        return null;
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
