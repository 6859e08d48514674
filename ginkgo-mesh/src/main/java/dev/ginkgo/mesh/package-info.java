/** The engines with no server to install: roster and leadership by JGroups and Raft. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.mesh;
