/**
 * JShell inside the process of a daemon, and the prompt that talks to it.
 *
 * <p>Depends on the core module, and on {@code daemon} for the control protocol.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.console;
