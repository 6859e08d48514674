package dev.ginkgo.hub;

import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.StoreUsage;

/**
 * What a hub holds now, and what it has done since its start.
 *
 * @param published messages taken
 * @param delivered messages handed to a reader: taken by a program, or by the socket of a connection
 * @param gaps how often a reader was told a gap
 * @param dropped messages that these gaps stand for
 * @param replayed messages of them that were older than their reader
 * @param resumed readers that asked for older messages and got all they asked for
 * @param notRecovered readers that asked for older messages, of which some were gone
 * @param stalled connections ended because one write waited longer than {@code write-timeout}
 * @param subscribers who reads now: connections and subscriptions of programs
 * @param channels channels now
 * @param patterns patterns, lists and conflated channels that are read now
 * @param views what is read now, each in a framing
 * @param storedBytes what the store holds of its budget, in bytes
 * @param pinnedBytes bytes of writes that wait for their sockets
 * @param wakeUps how often a publish woke an event loop
 * @param writes how often the hub wrote to a connection
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
