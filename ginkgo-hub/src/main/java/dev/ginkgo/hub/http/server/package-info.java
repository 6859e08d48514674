/**
 * HTTP server on Netty, independent of the version of the protocol: limits and deadlines of connections, origin checks,
 * requests, responses and errors.
 * Independent of channels and messages; depends on {@code dev.ginkgo.hub.metrics} only.
 */
@NullMarked
package dev.ginkgo.hub.http.server;

import org.jspecify.annotations.NullMarked;
