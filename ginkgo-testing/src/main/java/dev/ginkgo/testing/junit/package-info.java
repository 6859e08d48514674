/** JUnit extension that starts a tree for each test. JUnit is an optional dependency; the tests provide it. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.testing.junit;
