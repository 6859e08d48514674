/**
 * Connections of streams: of Netty, and sockets that the hub has adopted from Netty because an idle connection needs little
 * of what Netty keeps. Depends on the packages {@code metrics} and {@code net}.
 */
@NullMarked
package dev.ginkgo.hub.connection;

import org.jspecify.annotations.NullMarked;
