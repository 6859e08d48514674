/**
 * Membership and leadership of the nodes of a cluster: the {@link dev.ginkgo.cluster.Cluster} service and the
 * {@link dev.ginkgo.cluster.Lease}. Built on ginkgo-core; uses all other packages of this module.
 */
@NullMarked
package dev.ginkgo.cluster;

import org.jspecify.annotations.NullMarked;
