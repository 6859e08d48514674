/** Tests of the cluster service, its leadership and its lease. */
@NullMarked
package dev.ginkgo.cluster;

import org.jspecify.annotations.NullMarked;
