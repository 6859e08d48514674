/**
 * TCP connections between nodes: connecting without blocking senders, accepting with a handshake timeout, and TLS.
 * Depends on {@code tls} and JGroups.
 */
@NullMarked
package dev.ginkgo.mesh.net;

import org.jspecify.annotations.NullMarked;
