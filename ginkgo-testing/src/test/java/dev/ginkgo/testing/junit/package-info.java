@org.jspecify.annotations.NullMarked
package dev.ginkgo.testing.junit;
