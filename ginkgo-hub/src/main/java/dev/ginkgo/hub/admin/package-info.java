/**
 * Administration pages of the hub below {@code /-/}: health, metrics, connections, channels and the tree of services.
 * Depends on {@code http} and {@code http.server} for requests, and on {@code metrics} and {@code log} for the data.
 */
@NullMarked
package dev.ginkgo.hub.admin;

import org.jspecify.annotations.NullMarked;
