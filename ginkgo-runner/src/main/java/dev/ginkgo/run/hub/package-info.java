/** {@code ginkgo pub} and {@code ginkgo sub}: the hub's clients on the command line, which need nothing of the hub. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.hub;
