/** Contract tests for transports; each transport module extends {@link TransportContract}. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub.spi;
