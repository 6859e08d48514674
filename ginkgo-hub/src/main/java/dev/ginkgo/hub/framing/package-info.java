/**
 * Wire formats: how messages and control events are encoded as lines, NDJSON, server-sent events and WebSocket frames.
 * Depends on the packages {@code log}, {@code channel} and {@code message}.
 */
@NullMarked
package dev.ginkgo.hub.framing;

import org.jspecify.annotations.NullMarked;
