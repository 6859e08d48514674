/**
 * Values that describe a cluster: members, leaders, epochs, the partition policy. Depends only on
 * {@code dev.ginkgo.config}.
 */
@NullMarked
package dev.ginkgo.cluster.model;

import org.jspecify.annotations.NullMarked;
