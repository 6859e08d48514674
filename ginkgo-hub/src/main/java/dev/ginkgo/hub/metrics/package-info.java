@NullMarked
package dev.ginkgo.hub.metrics;

import org.jspecify.annotations.NullMarked;
