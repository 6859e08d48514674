package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One channel: its messages, what is gone of them, and who else reads it: the feeds of patterns and lists that it
 * belongs to. Everything here is guarded by the store.
 */
final class ChannelLog {
    final ChannelName name;
    final Feed feed;
    final EvictionWatermark watermark;

    /** The number of the last message that this node has published here, or may have. */
    long lastOwnSequence;

    private final List<Feed> mergedFeeds = new ArrayList<>(0);

    /**
     * Makes the log of a channel.
     *
     * @param evictionWatermark what is gone of an earlier one of this name
     */
    ChannelLog(ChannelName name, EvictionWatermark evictionWatermark) {
        this.name = name;
        this.watermark = evictionWatermark;
        this.feed = Feed.of(this);
    }

    /** The feeds that this channel is merged into. */
    List<Feed> mergedFeeds() {
        return mergedFeeds;
    }

    void addTo(Feed other) {
        mergedFeeds.add(other);
        other.add(this);
    }

    void removeFrom(Feed other) {
        mergedFeeds.remove(other);
    }

    /** How many messages it has. */
    int size() {
        return feed.messages();
    }

    /** The oldest message. */
    @Nullable
    Entry oldest() {
        return feed.get(feed.first());
    }

    @Nullable
    Entry newest() {
        return feed.get(feed.newest());
    }

    /** Whether none came after it here, up to an arrival. */
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

    /** Lets go of the oldest message. */
    void remove(Entry entry) {
        feed.remove(entry);
        mergedFeeds.forEach(each -> each.remove(entry));
        watermark.raise(entry.message.position(), entry.nanos);
    }

    /** Connections and programs that get what is published here. */
    int subscribers() {
        int readers = feed.subscribers();
        for (Feed each : mergedFeeds) {
            readers += each.subscribers();
        }
        return readers;
    }

    /** What the feeds that it is merged into take besides the messages, in bytes. */
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

    /** For people. */
    @Override
    public String toString() {
        return name.text();
    }
}
