/** What an engine of coordination implements, and what it is given. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.cluster.spi;
