/**
 * In-memory compilation of source files, and the cache of compiled classes.
 *
 * <p>Depends on {@code output} and {@code os}.
 */
@NullMarked
package dev.ginkgo.run.compile;

import org.jspecify.annotations.NullMarked;
