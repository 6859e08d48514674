/**
 * The coordination engine {@code local}: nodes in one process. Depends on the packages {@code spi} and {@code model}.
 */
@NullMarked
package dev.ginkgo.cluster.local;

import org.jspecify.annotations.NullMarked;
