/** WebSocket handshake and input (RFC 6455). Depends on {@code dev.ginkgo.hub.http.server}. */
@NullMarked
package dev.ginkgo.hub.http.websocket;

import org.jspecify.annotations.NullMarked;
