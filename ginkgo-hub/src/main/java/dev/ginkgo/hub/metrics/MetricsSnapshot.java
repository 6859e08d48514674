package dev.ginkgo.hub.metrics;

/**
 * What the instruments of a hub show at one moment.
 *
 * @param connections that are open
 * @param peers what there is to say of other nodes
 */
public record MetricsSnapshot(StoreUsage store, Counters counters, int connections, PeerSummary peers) {}
