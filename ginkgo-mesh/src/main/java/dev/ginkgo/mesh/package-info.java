/** Engines for a cluster that needs no server. Named in the configuration; nothing here is called by a program. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.mesh;
