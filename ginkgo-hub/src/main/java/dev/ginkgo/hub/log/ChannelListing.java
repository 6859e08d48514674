package dev.ginkgo.hub.log;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * List of channels for display, limited in length.
 *
 * @param total number of all channels
 * @param items the listed channels, sorted by name
 */
public record ChannelListing(int total, List<Item> items) {
    /**
     * A listed channel.
     *
     * @param messages number of retained messages
     * @param appended number of messages appended so far, including those that have been evicted
     * @param oldestNanos when the oldest retained message arrived, on the clock of {@code TimeSource.nanos}; 0 if there is
     *     none
     */
    public record Item(String channel, long messages, int subscribers, long appended, long oldestNanos) {
        private static Item of(ChannelLog log) {
            Entry oldest = log.oldest();
            return new Item(
                    log.name.text(), log.size(), log.subscribers(), log.feed.end(), oldest == null ? 0 : oldest.nanos);
        }
    }

    /** Lists at most {@code limit} channels. Called under the store's lock. */
    static ChannelListing of(Collection<ChannelLog> logs, int limit) {
        List<Item> items = logs.stream()
                .limit(limit)
                .map(Item::of)
                .sorted(Comparator.comparing(Item::channel))
                .toList();
        return new ChannelListing(logs.size(), items);
    }
}
