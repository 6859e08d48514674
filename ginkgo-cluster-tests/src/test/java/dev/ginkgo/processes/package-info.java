/**
 * Tests of clusters whose nodes are separate processes, on separate hosts (network namespaces) where root permits it.
 *
 * <p>{@link dev.ginkgo.processes.ProcessCluster} controls {@link dev.ginkgo.processes.NodeProcess nodes}, which run
 * {@link dev.ginkgo.processes.NodeMain}; {@link dev.ginkgo.processes.NamespaceNetwork} is their network.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.processes;
