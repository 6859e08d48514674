/**
 * HTTP/1.1 server on Netty: connections with limits and deadlines, strict parsing, origin checks, responses and errors.
 * Independent of channels and messages; depends on {@code dev.ginkgo.hub.metrics} only.
 */
@NullMarked
package dev.ginkgo.hub.http.server;

import org.jspecify.annotations.NullMarked;
