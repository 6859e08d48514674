package dev.ginkgo.hub.metrics;

/**
 * Metrics of a hub at one moment.
 *
 * @param counters live counters, which continue to change
 * @param connections number of open connections
 */
public record MetricsSnapshot(StoreUsage store, Counters counters, int connections, PeerSummary peers) {}
