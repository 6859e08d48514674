/**
 * JShell inside the process of a daemon, and the prompt that talks to it.
 *
 * <p>Depends on the core module, on {@code daemon} and {@code output} for the control protocol, and on {@code program} for
 * the class loader of the user's classes.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.console;
