package dev.ginkgo.hub.metrics;

/**
 * How far behind the readers over HTTP are.
 *
 * @param total messages that they have yet to be sent, together
 * @param max the same of the slowest
 */
public record LagSummary(long total, long max) {}
