/**
 * Test support for services that run as a cluster: several nodes in one process, under one clock, with links that can
 * be cut. Depends on ginkgo-testing, ginkgo-cluster, ginkgo-hub and on the package {@code simulation}.
 */
@NullMarked
package dev.ginkgo.testing.cluster;

import org.jspecify.annotations.NullMarked;
