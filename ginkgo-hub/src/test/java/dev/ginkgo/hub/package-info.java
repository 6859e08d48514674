/**
 * Tests of the hub through its public API, over HTTP and in clusters of several hubs.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub;
