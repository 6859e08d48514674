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
    private final PatternTrie<Feed> trie = new PatternTrie<>();
    private final List<Feed> conflated = new ArrayList<>(0);

    int size() {
        return feeds.size();
    }

    @Nullable
    Feed find(SubscribeRequest wish) {
        Feed withHistory = feeds.get(key(wish, true));
        return withHistory != null || wish.resumes() ? withHistory : feeds.get(key(wish, false));
    }

    private static FeedKey key(SubscribeRequest wish, boolean history) {
        return new FeedKey(wish.selector(), wish.conflate(), history);
    }

    /** Makes the feed that somebody wants. */
    Feed add(SubscribeRequest wish, Map<ChannelName, ChannelLog> channels) {
        ChannelSelector selector = wish.selector();
        Feed feed;
        if (wish.conflate().isZero()) {
            feed = Feed.of(selector);
        } else {
            feed = Feed.of(selector, new Conflation(wish.conflate().toNanos()));
            conflated.add(feed);
        }
        feeds.put(key(wish, wish.resumes() || feed.isConflated()), feed);
        trie.add(selector, feed);
        matching(selector, channels).forEach(log -> log.joinTo(feed));
        if (wish.resumes() && !feed.isConflated()) {
            feed.addHistory();
        }
        return feed;
    }

    private static List<ChannelLog> matching(ChannelSelector selector, Map<ChannelName, ChannelLog> channels) {
        List<ChannelLog> matching = new ArrayList<>();
        if (selector.names().stream().allMatch(ChannelSelector::isName)) {
            for (String name : selector.names()) {
                ChannelLog log = channels.get(new ChannelName(name));
                if (log != null) {
                    matching.add(log);
                }
            }
        } else {
            channels.values().stream().filter(log -> selector.matches(log.name)).forEach(matching::add);
        }
        matching.sort(Comparator.comparingLong(MergedFeeds::lastArrival));
        return matching;
    }

    private static long lastArrival(ChannelLog log) {
        Entry newest = log.newest();
        return newest == null ? 0 : newest.arrival;
    }

    /** A channel is there: it joins those that want it. */
    void begin(ChannelLog log) {
        if (!trie.isEmpty()) {
            trie.find(log.name).forEach(log::joinTo);
        }
    }

    /** A channel is gone. */
    void end(ChannelLog log) {
        log.merged().forEach(feed -> feed.forget(log));
    }

    /** A feed has lost its last reader. */
    void remove(Feed feed) {
        feeds.values().remove(feed);
        conflated.remove(feed);
        trie.remove(feed.selector, feed);
        feed.logs.forEach(log -> log.leave(feed));
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
                told.add(feed.audience());
            }
            more += feed.cost() - before;
        }
        return more;
    }

    /** The feeds that may have lost something, if these channels have. */
    List<Feed> concerned(Predicate<String> channels) {
        return feeds.values().stream()
                .filter(feed ->
                        feed.selector.names().stream().anyMatch(name -> !ChannelSelector.isName(name) || channels.test(name)))
                .toList();
    }

    /** How many nodes of the trie have been looked at, ever. */
    long steps() {
        return trie.steps();
    }
}
