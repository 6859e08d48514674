/**
 * Binding of settings: finds values in the sources, converts and validates them, and holds the current snapshot. Depends
 * on {@code dev.ginkgo.config} only.
 */
@NullMarked
package dev.ginkgo.internal.config;

import org.jspecify.annotations.NullMarked;
