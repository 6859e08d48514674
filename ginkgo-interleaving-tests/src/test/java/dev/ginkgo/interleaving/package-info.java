/** Scenarios for a model checker, which runs them in many interleavings of their threads. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.interleaving;
