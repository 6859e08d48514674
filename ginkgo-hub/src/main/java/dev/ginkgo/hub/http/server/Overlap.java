package dev.ginkgo.hub.http.server;

import java.util.function.BooleanSupplier;

/**
 * Whether the requests that follow on a connection of HTTP/1.1 may be processed while a request waits for its response.
 *
 * @param bytes memory that the request uses until it is answered
 * @param permitted returns whether they may; event loop only
 */
public record Overlap(int bytes, BooleanSupplier permitted) {
    /** No request may be processed until then. */
    public static final Overlap NONE = new Overlap(0, () -> false);
}
