/**
 * Coordinator engine {@code mesh}: membership by JGroups, leadership by Raft, no server to install. Selected in the
 * configuration; programs do not call it directly. Depends on all other packages of this module; none depends on it.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.mesh;
