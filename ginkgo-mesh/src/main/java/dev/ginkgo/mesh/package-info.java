/**
 * The engines for a cluster that needs no server: roster and leadership by JGroups and Raft, messages by ZeroMQ. Named in
 * the configuration; nothing here is called by a program.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.mesh;
