/** For tests of services: a tree in one line, a clock in the test's hand, a check that nothing is left. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.testing;
