/**
 * Output of the command: exit codes, exceptions, JSON, settings help, text views and timestamps.
 *
 * <p>Depends on the core module only; all other packages of the runner may use it.
 */
@NullMarked
package dev.ginkgo.run.output;

import org.jspecify.annotations.NullMarked;
