@NullMarked
package dev.ginkgo.testing.cluster.simulation;

import org.jspecify.annotations.NullMarked;
