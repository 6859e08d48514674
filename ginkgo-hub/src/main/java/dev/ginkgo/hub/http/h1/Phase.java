package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.ConnectionDeadline;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP/1.1 connection does with its input.
 *
 * <pre>
 *            bytes        head accepted        last byte: response sent, or awaited from another thread
 *   IDLE ----------> HEAD -------------> BODY ------------------------+
 *    ^                | error response                                |
 *    +----------------+-----------------------------------------------+
 *                     | last response                        becomes a stream
 *                     +---------------> CLOSING                   DETACHED
 * </pre>
 */
enum Phase {
    IDLE,
    HEAD,
    BODY,

    /** The connection is paused: another thread verifies the credentials of a request. Nothing more is read or decoded. */
    PAUSED,

    /**
     * A request, or the response to one, is held back until all requests before it have been answered. Nothing more is read
     * or decoded.
     */
    HELD_BACK,

    /**
     * The sending side of the hub is shut down, and input is discarded until the client closes too or the timeout for closing
     * expires. Closing at once would reset the connection, and the client could lose the response that has the reason.
     */
    CLOSING,
    DETACHED;

    /**
     * Returns what the connection waits for, if its client reads; null if it waits for the hub itself.
     *
     * @param responsesPending whether other threads build responses
     */
    ConnectionDeadline.@Nullable Kind awaited(boolean responsesPending) {
        return switch (this) {
            case IDLE -> responsesPending ? null : ConnectionDeadline.Kind.IDLE;
            case HEAD, BODY -> ConnectionDeadline.Kind.REQUEST;
            case CLOSING -> ConnectionDeadline.Kind.CLOSING;
            case PAUSED, HELD_BACK, DETACHED -> null;
        };
    }
}
