/**
 * The contract tests of coordination engines, and test fixtures that other modules use. Depends only on the main code.
 */
@NullMarked
package dev.ginkgo.cluster.spi;

import org.jspecify.annotations.NullMarked;
