package dev.ginkgo.hub.metrics;

/**
 * How far behind the readers over HTTP are.
 *
 * @param all messages that they have yet to be sent, together
 * @param most the same of the slowest
 */
public record LagSummary(long all, long most) {}
