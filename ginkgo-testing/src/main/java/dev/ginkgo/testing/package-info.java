/**
 * Support for tests of services: start a tree in one line, control its time, and check that it leaves nothing behind.
 * Depends on {@code ginkgo-core} only.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.testing;
