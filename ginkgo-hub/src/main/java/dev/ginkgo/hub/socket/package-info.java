/**
 * WebSockets that subscribe to many channels and publish, with the subprotocol {@code ginkgo.v1}; see {@code
 * docs/websocket.md}. Uses {@code http} and {@code http.websocket} for connections; publishes and subscribes like a request
 * over HTTP does.
 */
@NullMarked
package dev.ginkgo.hub.socket;

import org.jspecify.annotations.NullMarked;
