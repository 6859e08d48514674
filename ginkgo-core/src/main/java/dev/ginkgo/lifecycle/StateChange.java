package dev.ginkgo.lifecycle;

import java.time.Instant;
import java.util.Optional;

/**
 * Transition of one service from one state to another.
 *
 * @param path path of the service
 * @param from state before the transition
 * @param to state after the transition
 * @param at time of the transition
 * @param reason why the service is degraded or failed; otherwise empty
 * @param failure the cause, if the service failed
 */
public record StateChange(String path, State from, State to, Instant at, String reason, Optional<Throwable> failure) {}
