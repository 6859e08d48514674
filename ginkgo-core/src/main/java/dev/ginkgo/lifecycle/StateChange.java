package dev.ginkgo.lifecycle;

import java.time.Instant;
import java.util.Optional;

/**
 * One step of one service.
 *
 * @param path the service
 * @param from the state before
 * @param to the state after
 * @param at when
 * @param reason why, where it is degraded or failed; else empty
 * @param failure the failure, where there is one
 */
public record StateChange(String path, State from, State to, Instant at, String reason, Optional<Throwable> failure) {}
