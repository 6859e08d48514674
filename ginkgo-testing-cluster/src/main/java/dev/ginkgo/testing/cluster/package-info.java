/** For tests of services that run as a cluster: the nodes in one process, under one clock, with links to cut. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.testing.cluster;
