package dev.ginkgo.hub.metrics;

/**
 * Contents of the store of a hub at one moment.
 *
 * @param subscribers number of subscribers: connections, and subscriptions in the process of the hub
 * @param channels number of channels with messages or subscribers
 * @param patterns number of patterns, lists and conflated channels with subscribers
 * @param views number of channels, patterns and lists with subscribers, counted once for each wire format
 * @param storedBytes number of bytes of the store's budget in use
 */
public record StoreUsage(int subscribers, int channels, int patterns, int views, long storedBytes) {}
