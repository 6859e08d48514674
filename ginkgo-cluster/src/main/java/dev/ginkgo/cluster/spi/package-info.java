/**
 * The interface between the cluster and its coordination engines: what an engine implements and what it receives.
 * Depends on ginkgo-core and on the packages {@code model} and {@code security}.
 */
@NullMarked
package dev.ginkgo.cluster.spi;

import org.jspecify.annotations.NullMarked;
