/**
 * Service provider interfaces of transports between the hubs of a cluster and of brokers, and the types that they exchange.
 * Depends on no other package of the hub.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub.spi;
