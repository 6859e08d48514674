package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Log of one channel: its feed, its eviction watermark, and the merged feeds (patterns and lists) that include it.
 * Guarded by the store.
 */
final class ChannelLog {
    final ChannelName name;

    /** The segments of the name. */
    final String[] segments;

    final Feed feed;
    final EvictionWatermark watermark;

    /** Upper bound of the sequence number of the last message that this node published on this channel. */
    long lastOwnSequence;

    /** Whether the channel may have more messages than its count, so that {@link RetentionManager} has it in a set. */
    boolean overLimit;

    /** Whether the channel has been removed from the registry. */
    boolean removed;

    /** The number of the client that published the first message; 0 if the channel is empty, or a program did. */
    long owner;

    private final List<Feed> mergedFeeds = new ArrayList<>(0);

    /**
     * Creates the log of a channel.
     *
     * @param evictionWatermark the watermark of an earlier log of the same name
     */
    ChannelLog(ChannelName name, EvictionWatermark evictionWatermark) {
        this.name = name;
        this.segments = name.segments();
        this.watermark = evictionWatermark;
        this.feed = Feed.of(this);
    }

    /** Returns the merged feeds that include this channel. */
    List<Feed> mergedFeeds() {
        return mergedFeeds;
    }

    void addTo(Feed other) {
        mergedFeeds.add(other);
        other.add(this);
    }

    /**
     * Adds a message to the merged feeds.
     *
     * @param changed receives the listeners of those that have something new
     * @return the memory that this takes, in bytes
     */
    long addToMergedFeeds(Entry entry, List<FeedListener.Group> changed) {
        long cost = 0;
        for (Feed each : mergedFeeds) {
            long before = each.cost();
            if (each.add(entry)) {
                changed.add(each.listeners());
            }
            cost += each.cost() - before;
        }
        return cost;
    }

    void removeFrom(Feed other) {
        mergedFeeds.remove(other);
    }

    /** Returns the number of retained messages. */
    int size() {
        return feed.messages();
    }

    /** Returns the oldest message, or null if there is none. */
    @Nullable
    Entry oldest() {
        return feed.get(feed.first());
    }

    @Nullable
    Entry newest() {
        return feed.get(feed.newest());
    }

    /** Returns whether an entry is the newest of this channel. */
    boolean isNewest(Entry entry) {
        return entry.equals(newest());
    }

    /** Returns whether an entry was the newest of this channel at a given arrival number. */
    boolean isNewest(Entry entry, long arrival) {
        Entry next = feed.next(entry);
        return next == null || next.arrival > arrival;
    }

    void forEach(Consumer<Entry> action) {
        for (long n = feed.first(); n < feed.end(); n++) {
            Entry entry = feed.get(n);
            if (entry != null) {
                action.accept(entry);
            }
        }
    }

    /** Evicts a message, which must be the oldest. */
    void remove(Entry entry) {
        feed.remove(entry);
        for (int i = 0; i < mergedFeeds.size(); i++) {
            mergedFeeds.get(i).remove(entry);
        }
        raiseWatermark(entry.message.position(), entry.nanos);
    }

    /** Raises the watermark of the channel, and of the merged feeds that include it. */
    void raiseWatermark(Position position, long nanos) {
        watermark.raise(position, nanos);
        for (int i = 0; i < mergedFeeds.size(); i++) {
            mergedFeeds.get(i).watermark.raise(position, nanos);
        }
    }

    /** Returns the number of subscribers that receive messages of this channel. */
    int subscribers() {
        int count = feed.subscribers();
        for (int i = 0; i < mergedFeeds.size(); i++) {
            count += mergedFeeds.get(i).subscribers();
        }
        return count;
    }

    /** Returns the memory of the merged feeds that include this channel, without the messages, in bytes. */
    long mergedCost() {
        long cost = 0;
        for (Feed each : mergedFeeds) {
            cost += each.cost();
        }
        return cost;
    }

    boolean isUnused() {
        return feed.subscribers() == 0 && feed.first() == feed.end();
    }

    @Override
    public String toString() {
        return name.text();
    }
}
