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
record Channels(int all, List<One> some) {
    /** One of them. */
    record One(String channel, long messages, int readers) {}

    /** Under the store's lock. */
    static Channels of(Collection<ChannelLog> logs, int limit) {
        List<One> some = logs.stream()
                .limit(limit)
                .map(log -> new One(log.name.text(), log.size(), log.readers()))
                .sorted(Comparator.comparing(One::channel))
                .toList();
        return new Channels(logs.size(), some);
    }
}
