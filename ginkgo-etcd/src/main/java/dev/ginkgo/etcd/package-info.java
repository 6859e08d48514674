/**
 * Coordinator engine {@code etcd}: keeps the members and the leader of a cluster in etcd. Selected in the configuration;
 * programs do not call it directly. Depends on the coordinator SPI of the cluster module and the package {@code client}.
 */
@NullMarked
package dev.ginkgo.etcd;

import org.jspecify.annotations.NullMarked;
