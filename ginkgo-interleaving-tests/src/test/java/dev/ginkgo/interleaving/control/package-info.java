/**
 * Runs scenarios under control of their threads: one thread runs at a time, and a schedule decides at each access to
 * shared state which one. Code under test is loaded with the calls that make it stop there.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.interleaving.control;
