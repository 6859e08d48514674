/**
 * HTTP/2: one channel per stream, which carries one request and its response. Depends on {@code dev.ginkgo.hub.http.server},
 * and on {@code dev.ginkgo.hub.delivery} for what a stream reports about the progress of its client.
 */
@NullMarked
package dev.ginkgo.hub.http.h2;

import org.jspecify.annotations.NullMarked;
