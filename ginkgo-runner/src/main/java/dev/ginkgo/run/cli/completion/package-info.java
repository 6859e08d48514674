/**
 * Completion scripts for shells, generated from the command line's model.
 *
 * <p>The scripts complete the names of daemons by the pidfiles, so that no JVM starts while the user types.
 */
@NullMarked
package dev.ginkgo.run.cli.completion;

import org.jspecify.annotations.NullMarked;
