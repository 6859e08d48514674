package dev.ginkgo.hub.metrics;

/**
 * What the store of a hub holds at one moment.
 *
 * @param subscribers connections and subscriptions of programs
 * @param channels channels with messages or readers
 * @param patterns patterns, lists and conflated channels that are read
 * @param views what is read, each in a wire format
 * @param storedBytes bytes of the store's budget that are in use
 */
public record StoreUsage(int subscribers, int channels, int patterns, int views, long storedBytes) {}
