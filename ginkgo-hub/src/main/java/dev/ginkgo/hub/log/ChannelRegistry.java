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
    private final RetentionManager stock;
    private final Map<ChannelName, ChannelLog> channels = new HashMap<>();
    private final MergedFeeds merges = new MergedFeeds();
    private final ForgottenChannels tombs = new ForgottenChannels();
    private long forgottenOwn;

    /**
     * Begins with nothing.
     *
     * @param stock is charged for merged feeds
     */
    ChannelRegistry(StoreLimits limits, RetentionManager stock) {
        this.limits = limits;
        this.stock = stock;
    }

    /** What this node has published up to there, in an earlier run, is gone. */
    void resumeAfter(Position own, long now) {
        tombs.raise(own, now);
        forgottenOwn = own.sequence();
    }

    // ---- what is read

    /** The channel of that name, made if it is not there. */
    ChannelLog open(ChannelName name) {
        ChannelLog log = channels.get(name);
        if (log == null) {
            limits.requireFewer(channels.size(), name);
            log = new ChannelLog(name, tombs.open(name));
            log.lastOwn = forgottenOwn; // at most: a peer that misses it may tell a gap where there is none
            channels.put(name, log);
            merges.begin(log);
        }
        return log;
    }

    /** What somebody wishes to read, made if it is not there. */
    Feed feed(SubscribeRequest wish) {
        if (wish.isPlain()) {
            return open(wish.selector().channel()).feed;
        }
        Feed found = merges.find(wish);
        if (found != null) {
            return found;
        }
        limits.requireFewer(merges.size(), wish.selector());
        Feed made = merges.add(wish, channels);
        stock.charge(made.cost());
        return made;
    }

    // ---- what is gone

    /** Perhaps a channel has lost its last message. */
    void forgetIfUnused(ChannelLog log) {
        if (log.isUnused() && channels.remove(log.name, log)) {
            forgottenOwn = Math.max(forgottenOwn, log.lastOwn);
            stock.forget(log);
            merges.end(log);
            tombs.bury(log);
        }
    }

    /** Perhaps a feed has lost its last reader. */
    void forgetIfUnread(Feed feed) {
        if (feed.readers() > 0) {
            return;
        }
        List.copyOf(feed.logs).forEach(stock::shorten);
        if (feed.plain) {
            List.copyOf(feed.logs).forEach(this::forgetIfUnused);
        } else {
            stock.charge(-feed.cost());
            merges.remove(feed);
        }
    }

    /** An origin's messages up to there were never here, whatever their channels. */
    void lack(Position upTo, long now) {
        tombs.raise(upTo, now);
    }

    /** The same, if only some channels may be concerned. Gives the feeds that may lack something. */
    List<Feed> lack(Position upTo, Predicate<String> concerned, long now) {
        tombs.raise(upTo, now);
        List<Feed> feeds = new ArrayList<>(merges.concerned(concerned));
        channels.values().stream()
                .filter(log -> concerned.test(log.name.text()))
                .forEach(log -> {
                    log.floor.raise(upTo, now);
                    feeds.add(log.feed);
                });
        return feeds;
    }

    /** What is gone of the channels that are not there any more and would be read. */
    EvictionWatermark gone(SubscribeRequest wish) {
        return wish.isPlain() ? new EvictionWatermark() : tombs.floor(wish.selector());
    }

    /** What is gone of all channels that are not there, or have nothing. */
    EvictionWatermark goneOfEmpty() {
        EvictionWatermark gone = tombs.all();
        channels.values().stream().filter(log -> log.oldest() == null).forEach(log -> gone.raise(log.floor));
        return gone;
    }

    // ---- all of it

    /** Shows what conflated feeds hold back, where it is time. */
    void flush(long now, List<Feed.Listeners> told) {
        stock.charge(merges.flush(now, told));
    }

    boolean conflates() {
        return !merges.conflated().isEmpty();
    }

    Collection<ChannelLog> channels() {
        return channels.values();
    }

    /** How many patterns, lists and conflated channels are read. */
    int patterns() {
        return merges.size();
    }

    /** How many framings of channels and patterns are read. */
    int views() {
        return merges.all().stream().mapToInt(Feed::views).sum()
                + channels.values().stream().mapToInt(log -> log.feed.views()).sum();
    }

    /** How many nodes of the patterns' trie have been looked at, ever. */
    long steps() {
        return merges.steps();
    }

    List<Feed> feeds() {
        List<Feed> all = new ArrayList<>(merges.all());
        channels.values().forEach(log -> all.add(log.feed));
        return all;
    }

    /** Channels are gone; feeds are left to those who read them. */
    void clear() {
        channels.clear();
    }
}
