@NullMarked
package dev.ginkgo.cluster.model;

import org.jspecify.annotations.NullMarked;
