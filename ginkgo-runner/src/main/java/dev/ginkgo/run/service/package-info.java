/**
 * Running one service in a process: loading it from a target, settings of the process, life cycle, signals, reload,
 * reporting, admin pages.
 *
 * <p>Depends on the other packages of the runner except {@code cli}, {@code client} and {@code compile}.
 */
@NullMarked
package dev.ginkgo.run.service;

import org.jspecify.annotations.NullMarked;
