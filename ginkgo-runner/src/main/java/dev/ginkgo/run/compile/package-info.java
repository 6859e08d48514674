/**
 * In-memory compilation of source files, and the cache of compiled classes.
 *
 * <p>Depends on {@code output}, {@code os} and the core module.
 */
@NullMarked
package dev.ginkgo.run.compile;

import org.jspecify.annotations.NullMarked;
