@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.dev;
