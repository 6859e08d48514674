/**
 * Transport engine {@code zeromq}: carries messages between the hubs of a cluster. Selected in the configuration;
 * programs do not call it directly. Depends on the transport SPI of the hub module and the package {@code zmtp}.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.zeromq;
