/**
 * From a target on the command line to a loaded program: resolving, class loaders, service selection, main methods.
 *
 * <p>Depends on {@code compile}, {@code output} and the core module.
 */
@NullMarked
package dev.ginkgo.run.program;

import org.jspecify.annotations.NullMarked;
