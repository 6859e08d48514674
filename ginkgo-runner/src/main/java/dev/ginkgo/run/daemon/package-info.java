/**
 * Daemon processes: names, pidfiles, process identity, launch records and the control socket, for the daemon itself and
 * for the commands that find it.
 *
 * <p>Depends on {@code os} and {@code output}. Nothing here loads a service.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.daemon;
