package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.PatternTrie;
import dev.ginkgo.hub.channel.SelectorMatcher;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.ForgottenChannels.ForgottenChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The merged feeds: those of patterns and lists, and all conflated ones. A channel keeps references to the merged feeds
 * that include it, so a publish does no look-up; matching is done only when a channel or a feed is created. Guarded by
 * the store.
 */
final class MergedFeeds {
    /** Which retained messages a feed has. */
    private enum History {
        NONE,
        /** Those after the point for which it was created. */
        SINCE,
        ALL,
        /** The newest of each channel. */
        NEWEST
    }

    private record FeedKey(ChannelSelector selector, Duration conflate, History history) {}

    private final Map<FeedKey, Feed> feeds = new HashMap<>();
    private final PatternTrie<Feed> patternTrie = new PatternTrie<>();
    private final List<Feed> conflated = new ArrayList<>(0);
    private final List<FeedAssembler> joining = new ArrayList<>(0);
    private final Deque<Feed> discarded = new ArrayDeque<>(0);
    private int patternSegments;

    int size() {
        return feeds.size();
    }

    /**
     * Returns a feed for a request, which may be under construction; null if there is none.
     *
     * @param covers returns whether a feed has what is requested
     */
    @Nullable
    Feed find(SubscribeRequest subscribeRequest, Predicate<Feed> covers) {
        for (History history : List.of(History.ALL, History.SINCE, History.NONE, History.NEWEST)) {
            Feed feed = feeds.get(key(subscribeRequest, history));
            if (feed != null && covers.test(feed)) {
                return feed;
            }
        }
        return feeds.get(key(subscribeRequest, historyFor(subscribeRequest)));
    }

    /** Returns the history of a feed that has what is requested, if there is not such a feed yet. */
    private History historyFor(SubscribeRequest subscribeRequest) {
        if (!subscribeRequest.conflate().isZero()) {
            return History.ALL;
        }
        if (!subscribeRequest.asksForHistory()) {
            return History.NONE;
        }
        if (subscribeRequest.since() instanceof Since.Point point) {
            return point == Since.Point.LATEST ? History.NEWEST : History.ALL;
        }
        Feed other = feeds.get(key(subscribeRequest, History.SINCE));
        return other == null || other.historyFrom.equals(subscribeRequest.since()) ? History.SINCE : History.ALL;
    }

    private static FeedKey key(SubscribeRequest subscribeRequest, History history) {
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
     * @param first returns the number of the first message of a channel that is requested, or of one before it
     * @param charge is charged for the memory of messages that are merged later
     */
    Feed add(
            SubscribeRequest subscribeRequest,
            Collection<ChannelLog> channels,
            List<ForgottenChannel> forgotten,
            ToLongFunction<Feed> first,
            LongConsumer charge) {
        ChannelSelector channelSelector = subscribeRequest.selector();
        History history = historyFor(subscribeRequest);
        Feed feed;
        ToLongFunction<Feed> merged = switch (history) {
            case NONE -> null;
            case SINCE -> first;
            case ALL -> Feed::first;
            case NEWEST -> Feed::newest;
        };
        if (subscribeRequest.conflate().isZero()) {
            feed = Feed.of(channelSelector, history == History.ALL ? Since.Point.ALL : subscribeRequest.since());
        } else {
            feed = Feed.of(
                    channelSelector, new Conflation(subscribeRequest.conflate().toNanos()));
            conflated.add(feed);
            merged = Feed::newest;
        }
        feeds.put(key(subscribeRequest, history), feed);
        patternTrie.add(channelSelector, feed);
        patternSegments += channelSelector.patternSegments();
        FeedAssembler assembler =
                new FeedAssembler(feed, new SelectorMatcher(channelSelector), merged, channels, forgotten, charge);
        feed.setAssembler(assembler);
        joining.add(assembler);
        return feed;
    }

    /** Notes that all channels have joined a feed. */
    void joined(FeedAssembler assembler) {
        joining.remove(assembler);
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
        joining.forEach(assembler -> assembler.channelRemoved(log));
    }

    /** Removes a feed that has no subscribers. Its channels still refer to it until {@link #removeNextChannel}. */
    void remove(Feed feed) {
        FeedAssembler assembler = feed.assembler();
        if (assembler != null) {
            joined(assembler);
            feed.setAssembler(null);
        }
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
