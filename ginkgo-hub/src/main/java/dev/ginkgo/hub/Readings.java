package dev.ginkgo.hub;

/**
 * What the instruments of a hub show at one moment.
 *
 * @param connections that are open
 */
record Readings(HubStats hub, Counters counters, int connections) {}
