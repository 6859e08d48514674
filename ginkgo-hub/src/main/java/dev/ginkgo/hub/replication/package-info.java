/**
 * Replication between the hubs of a cluster: sending, retransmission of missing ranges, and state transfer to new nodes.
 * Depends on the packages {@code spi}, {@code log}, {@code position}, {@code channel}, {@code message} and {@code metrics}.
 */
@NullMarked
package dev.ginkgo.hub.replication;

import org.jspecify.annotations.NullMarked;
