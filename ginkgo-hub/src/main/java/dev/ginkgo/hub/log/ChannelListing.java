package dev.ginkgo.hub.log;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Some of the channels, for people.
 *
 * @param total how many there are
 * @param items in the order of their names
 */
public record ChannelListing(int total, List<Item> items) {
    /** One of them. */
    public record Item(String channel, long messages, int subscribers) {}

    /** Under the store's lock. */
    static ChannelListing of(Collection<ChannelLog> logs, int limit) {
        List<Item> some = logs.stream()
                .limit(limit)
                .map(log -> new Item(log.name.text(), log.size(), log.subscribers()))
                .sorted(Comparator.comparing(Item::channel))
                .toList();
        return new ChannelListing(logs.size(), some);
    }
}
