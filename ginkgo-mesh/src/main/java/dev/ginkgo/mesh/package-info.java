/**
 * Coordinator engine {@code mesh}: membership by JGroups, leadership by Raft, with no server to install. Selected in the
 * configuration; nothing here is called by a program.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.mesh;
