package dev.ginkgo.hub.metrics;

/**
 * How far the HTTP subscribers are behind.
 *
 * @param total number of messages not sent yet, over all subscribers
 * @param max number of messages not sent yet to the slowest subscriber
 */
public record LagSummary(long total, long max) {}
