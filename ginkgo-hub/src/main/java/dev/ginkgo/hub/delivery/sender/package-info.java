/**
 * Senders of encoded frames to the sockets of streams: through Netty, or with the system call {@code send(2)}. Depends on
 * the package {@code connection}.
 */
@NullMarked
package dev.ginkgo.hub.delivery.sender;

import org.jspecify.annotations.NullMarked;
