package dev.ginkgo.hub;

import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.StoreUsage;

/**
 * Statistics of a hub: its current contents, and its counters since the last start.
 *
 * @param published messages accepted
 * @param delivered messages delivered: taken by a Java subscription, or written to a client's socket
 * @param gaps gaps reported to subscribers
 * @param dropped messages covered by these gaps
 * @param replayed delivered messages that are older than their subscription
 * @param resumed subscriptions that requested older messages and received all of them
 * @param notRecovered subscriptions that requested older messages of which some were no longer available
 * @param stalled connections closed because one write took longer than {@code write-timeout}
 * @param subscribers current subscribers: connections and Java subscriptions
 * @param channels current channels
 * @param patterns patterns, lists and conflated channels with a current subscriber
 * @param views encoded feeds with a current subscriber: one per feed and wire format
 * @param storedBytes bytes of the store's budget in use
 * @param pinnedBytes bytes of writes that are waiting for their sockets
 * @param wakeUps how often a publish woke an event loop
 * @param writes writes to connections
 */
public record HubStats(
        long published,
        long delivered,
        long gaps,
        long dropped,
        long replayed,
        long resumed,
        long notRecovered,
        long stalled,
        int subscribers,
        int channels,
        int patterns,
        int views,
        long storedBytes,
        long pinnedBytes,
        long wakeUps,
        long writes) {

    static HubStats of(Counters counters, StoreUsage store) {
        return new HubStats(
                counters.published(),
                counters.delivered(),
                counters.gaps(),
                counters.dropped(),
                counters.replayed(),
                counters.resumed(),
                counters.notRecovered(),
                counters.stalled(),
                store.subscribers(),
                store.channels(),
                store.patterns(),
                store.views(),
                store.storedBytes(),
                counters.pinnedBytes(),
                counters.wakeUps(),
                counters.writes());
    }
}
