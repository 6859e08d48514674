/**
 * Delivery to connections: feeds encoded once into shared slabs, and event loops that write batches of them to their
 * subscribers. Depends on the packages {@code log}, {@code framing}, {@code channel}, {@code message} and {@code metrics}.
 */
@NullMarked
package dev.ginkgo.hub.delivery;

import org.jspecify.annotations.NullMarked;
