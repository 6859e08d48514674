/** The engine {@code nats} as a message broker between hubs: JetStream, or core NATS. Depends on the package {@code client}. */
@NullMarked
package dev.ginkgo.nats.broker;

import org.jspecify.annotations.NullMarked;
