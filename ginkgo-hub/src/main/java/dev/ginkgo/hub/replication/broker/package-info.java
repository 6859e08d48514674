/**
 * Replication through a broker: publishing is an append to a stream, and every hub reads all streams into its store. Depends on
 * the packages {@code log}, {@code idempotency}, {@code publish}, {@code position} and {@code spi}.
 */
@NullMarked
package dev.ginkgo.hub.replication.broker;

import org.jspecify.annotations.NullMarked;
