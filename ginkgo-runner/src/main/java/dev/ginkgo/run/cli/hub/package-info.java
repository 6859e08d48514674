/**
 * The commands that use a hub over HTTP: {@code pub}, {@code sub} and others.
 *
 * <p>They load no class of the hub, which keeps their start fast.
 */
@NullMarked
package dev.ginkgo.run.cli.hub;

import org.jspecify.annotations.NullMarked;
