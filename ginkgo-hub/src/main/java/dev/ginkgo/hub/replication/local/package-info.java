/** Transports within one process: the transport {@code local}, and a network for tests. Depends on {@code spi}. */
@NullMarked
package dev.ginkgo.hub.replication.local;

import org.jspecify.annotations.NullMarked;
