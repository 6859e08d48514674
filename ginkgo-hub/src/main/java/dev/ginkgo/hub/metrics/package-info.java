/** Counters and metrics of the hub: what is counted, and how it is read. Depends on {@code dev.ginkgo.hub.message} and Netty. */
@NullMarked
package dev.ginkgo.hub.metrics;

import org.jspecify.annotations.NullMarked;
