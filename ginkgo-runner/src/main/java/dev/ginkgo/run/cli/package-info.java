/**
 * The {@code ginkgo} command line: {@code Main}, one class per command, and argument parsing.
 *
 * <p>Top of the runner: depends on every other package of the runner. No other package depends on it.
 */
@NullMarked
package dev.ginkgo.run.cli;

import org.jspecify.annotations.NullMarked;
