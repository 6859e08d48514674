/** Sockets and messages shared by the TCP and HTTP services. Depends on {@code dev.ginkgo.config} only. */
@NullMarked
package dev.ginkgo.internal.net;

import org.jspecify.annotations.NullMarked;
