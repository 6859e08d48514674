/**
 * Tests of replication, leadership and membership under faults, and the failure scenarios shared with the process
 * tests. Depends on ginkgo-testing-cluster.
 */
@NullMarked
package dev.ginkgo.testing.cluster;

import org.jspecify.annotations.NullMarked;
