/**
 * Tests of the life cycle: start, stop, readiness, children. Depends on the fixtures in
 * {@code dev.ginkgo.behaviour}.
 */
@NullMarked
package dev.ginkgo.behaviour.lifecycle;

import org.jspecify.annotations.NullMarked;
