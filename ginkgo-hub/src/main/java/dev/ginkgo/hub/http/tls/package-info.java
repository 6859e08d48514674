/**
 * TLS: certificates in PEM files that are reloaded, handshakes, and the distinction of TLS and plain HTTP on one port.
 * Depends on {@code dev.ginkgo.hub.http.server}.
 */
@NullMarked
package dev.ginkgo.hub.http.tls;

import org.jspecify.annotations.NullMarked;
