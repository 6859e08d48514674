@NullMarked
package dev.ginkgo.cluster.security;

import org.jspecify.annotations.NullMarked;
