/**
 * Development mode: {@code ginkgo dev} replaces the running program in the same process when its files change.
 *
 * <p>Depends on {@code service}, {@code dashboard}, {@code compile}, {@code program}, {@code log}, {@code output} and the
 * core module.
 */
@NullMarked
package dev.ginkgo.run.dev;

import org.jspecify.annotations.NullMarked;
