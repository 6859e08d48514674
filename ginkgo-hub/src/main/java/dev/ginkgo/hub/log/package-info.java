/**
 * The store: channel logs, retention, cursors, merged and conflated feeds, and snapshots for state transfer. Depends on the
 * packages {@code message}, {@code channel}, {@code position}, {@code metrics} and {@code spi}.
 */
@NullMarked
package dev.ginkgo.hub.log;

import org.jspecify.annotations.NullMarked;
