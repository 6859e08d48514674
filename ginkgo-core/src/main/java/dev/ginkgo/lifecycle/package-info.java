/**
 * Life cycle of services as seen from outside: states, status, tasks, start and stop options, and the exceptions of
 * start and stop. Plain data; uses only {@code config} for formatting durations.
 */
@NullMarked
package dev.ginkgo.lifecycle;

import org.jspecify.annotations.NullMarked;
