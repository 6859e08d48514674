package dev.ginkgo.hub.http.server;

import dev.ginkgo.time.TimeSource;

/**
 * What the connections of a front end share.
 *
 * @param handler handles their requests
 * @param date value of the {@code Date} header
 */
public record ConnectionContext(
        TimeSource timeSource, RequestHandler handler, DateHeader date, ConnectionDeadline.Timeouts timeouts) {
    /** Returns a context whose connections pass their requests to another handler. */
    public ConnectionContext withHandler(RequestHandler other) {
        return new ConnectionContext(timeSource, other, date, timeouts);
    }

    /** Returns a deadline for a new connection. */
    public ConnectionDeadline newDeadline() {
        return new ConnectionDeadline(timeSource, timeouts);
    }
}
