/**
 * Idempotency keys of publish requests. Depends on {@code dev.ginkgo.hub.message} and {@code dev.ginkgo.hub.spi}, and on
 * the time source.
 */
@NullMarked
package dev.ginkgo.hub.idempotency;

import org.jspecify.annotations.NullMarked;
