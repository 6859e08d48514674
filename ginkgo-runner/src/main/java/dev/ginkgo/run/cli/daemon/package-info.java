/**
 * The commands for daemons: {@code stop}, {@code status}, {@code log} and others.
 *
 * <p>They talk to the process through its pidfile and control socket, and load no code of the user.
 */
@NullMarked
package dev.ginkgo.run.cli.daemon;

import org.jspecify.annotations.NullMarked;
