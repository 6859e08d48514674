/**
 * HTTP client behind {@code ginkgo pub} and {@code ginkgo sub}: publishing with retries, subscribing with resumption.
 *
 * <p>Depends on the core module only, not on the rest of the runner or on the hub.
 */
@NullMarked
package dev.ginkgo.run.client;

import org.jspecify.annotations.NullMarked;
