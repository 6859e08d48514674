/** The coordinator engine {@code nats}: members and the lease of the leader in a bucket. Depends on the package {@code client}. */
@NullMarked
package dev.ginkgo.nats.coordinator;

import org.jspecify.annotations.NullMarked;
