@org.jspecify.annotations.NullMarked
package dev.ginkgo.cluster.spi;
