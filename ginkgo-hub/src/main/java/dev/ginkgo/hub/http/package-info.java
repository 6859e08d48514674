/**
 * HTTP interface of the hub: routing, publishing, subscribing, content negotiation and graceful shutdown. Uses {@code
 * http.server} for connections and requests, {@code http.websocket} and {@code http.site}; publishes to {@code log} and
 * attaches subscribers through {@code delivery}.
 */
@NullMarked
package dev.ginkgo.hub.http;

import org.jspecify.annotations.NullMarked;
