@NullMarked
package dev.ginkgo.internal.config;

import org.jspecify.annotations.NullMarked;
