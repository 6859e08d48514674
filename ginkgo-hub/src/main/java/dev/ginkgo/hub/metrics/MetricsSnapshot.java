package dev.ginkgo.hub;

/**
 * What the instruments of a hub show at one moment.
 *
 * @param connections that are open
 * @param peers what there is to say of other nodes
 */
record Readings(StoreUsage store, Counters counters, int connections, Peers peers) {}
