/**
 * Dashboard of a hub: the page at {@code /} of a hub without a page of its own, and the stream of samples that it shows.
 * Depends on {@code http} and {@code admin} for requests, on {@code log} and {@code delivery} for the stream, and on
 * {@code metrics} and the cluster module for the data.
 */
@NullMarked
package dev.ginkgo.hub.dashboard;

import org.jspecify.annotations.NullMarked;
