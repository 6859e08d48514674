/**
 * New projects: {@code ginkgo new}.
 *
 * <p>Depends on {@code output}, and on the core module for the names of its types.
 */
@NullMarked
package dev.ginkgo.run.scaffold;

import org.jspecify.annotations.NullMarked;
