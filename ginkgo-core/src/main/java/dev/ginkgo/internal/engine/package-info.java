/**
 * The engine that starts, stops, supervises and reloads a tree of services. {@link
 * dev.ginkgo.internal.engine.ServiceTree} is the entry point. Called by {@code dev.ginkgo}; uses {@code
 * dev.ginkgo.internal.config}, {@code dev.ginkgo.internal.concurrent} and the public life-cycle types.
 */
@NullMarked
package dev.ginkgo.internal.engine;

import org.jspecify.annotations.NullMarked;
