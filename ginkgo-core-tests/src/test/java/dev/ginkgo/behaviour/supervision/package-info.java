/**
 * Tests of supervision: restart policies, restart intensity, escalation. Depends on the fixtures in
 * {@code dev.ginkgo.behaviour}.
 */
@NullMarked
package dev.ginkgo.behaviour.supervision;

import org.jspecify.annotations.NullMarked;
