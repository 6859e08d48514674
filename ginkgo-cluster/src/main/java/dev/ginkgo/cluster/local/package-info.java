@NullMarked
package dev.ginkgo.cluster.local;

import org.jspecify.annotations.NullMarked;
