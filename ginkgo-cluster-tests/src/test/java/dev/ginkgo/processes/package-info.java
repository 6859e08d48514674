@org.jspecify.annotations.NullMarked
package dev.ginkgo.processes;
