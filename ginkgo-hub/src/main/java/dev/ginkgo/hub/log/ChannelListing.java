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
    /** A listed channel. */
    public record Item(String channel, long messages, int subscribers) {}

    /** Lists at most {@code limit} channels. Called under the store's lock. */
    static ChannelListing of(Collection<ChannelLog> logs, int limit) {
        List<Item> items = logs.stream()
                .limit(limit)
                .map(log -> new Item(log.name.text(), log.size(), log.subscribers()))
                .sorted(Comparator.comparing(Item::channel))
                .toList();
        return new ChannelListing(logs.size(), items);
    }
}
