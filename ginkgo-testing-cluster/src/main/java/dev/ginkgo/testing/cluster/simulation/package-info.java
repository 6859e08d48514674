/**
 * The simulated coordination engine, transport and network behind {@link dev.ginkgo.testing.cluster.TestCluster}.
 * Depends on ginkgo-testing and on the service provider interfaces of ginkgo-cluster and ginkgo-hub.
 */
@NullMarked
package dev.ginkgo.testing.cluster.simulation;

import org.jspecify.annotations.NullMarked;
