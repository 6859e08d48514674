/**
 * Dashboard of a process: the tree of services with stack traces, the settings, the log, and a few actions, as web pages
 * on loopback.
 *
 * <p>Depends on {@code output}, the core module, and the files of the hub's dashboard.
 */
@NullMarked
package dev.ginkgo.run.dashboard;

import org.jspecify.annotations.NullMarked;
