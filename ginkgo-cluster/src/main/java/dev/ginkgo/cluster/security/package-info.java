/**
 * The credentials shared by the nodes of a cluster and the keys derived from them. Depends only on
 * {@code dev.ginkgo.config}.
 */
@NullMarked
package dev.ginkgo.cluster.security;

import org.jspecify.annotations.NullMarked;
