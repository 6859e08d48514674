package dev.ginkgo.hub;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Some of the channels, for people.
 *
 * @param all how many there are
 * @param some in the order of their names
 */
record Census(int all, List<Row> some) {
    /** A channel. */
    record Row(String channel, long messages, int readers) {}

    /** So many of them, at most. Under the store's lock. */
    static Census of(Collection<ChannelLog> channels, int limit) {
        List<Row> some = channels.stream()
                .limit(limit)
                .map(log -> new Row(log.name.text(), log.size(), log.readers()))
                .sorted(Comparator.comparing(Row::channel))
                .toList();
        return new Census(channels.size(), some);
    }
}
