package dev.ginkgo.hub.http.server;

import java.util.Locale;

/**
 * Kinds of error responses. The code is stable, so programs may depend on it; the detail that accompanies it is for
 * people.
 */
public enum ProblemType {
    BAD_REQUEST(400, "Bad Request"),
    BAD_CHANNEL(400, "Bad Channel Name"),
    BAD_PARAMETER(400, "Bad Parameter"),
    BAD_KEY(400, "Bad Idempotency-Key"),
    TLS_REQUIRED(400, "TLS Required"),
    TOO_MANY_NAMES(400, "Too Many Names"),
    UNAUTHENTICATED(401, "Unauthenticated"),
    INVALID_TOKEN(401, "Invalid Token"),
    FOREIGN_ORIGIN(403, "Foreign Origin"),
    FORBIDDEN(403, "Forbidden"),
    LOOPBACK_ONLY(403, "Loopback Only"),
    NOT_FOUND(404, "Not Found"),
    METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
    NOT_ACCEPTABLE(406, "Not Acceptable"),
    REQUEST_TIMEOUT(408, "Request Timeout"),
    UNDER_WAY(409, "Under Way"),
    BODY_TOO_LARGE(413, "Body Too Large"),
    TARGET_TOO_LONG(414, "Request Target Too Long"),
    UNSUPPORTED_BODY(415, "Unsupported Body"),
    UNKNOWN_EXPECTATION(417, "Unknown Expectation"),
    FOREIGN_HOST(421, "Foreign Host"),
    KEY_REUSED(422, "Idempotency-Key Reused"),
    WEBSOCKET_VERSION(426, "WebSocket Version"),
    TOO_MANY_CONNECTIONS(429, "Too Many Connections"),
    TOO_MANY_FROM_ADDRESS(429, "Too Many Connections From One Address"),
    TOO_MANY_FROM_USER(429, "Too Many Streams Of One User"),
    TOO_MANY_MESSAGES(429, "Too Many Messages"),
    TOO_MANY_BODIES(429, "Too Many Bodies"),
    TOO_MANY_SUBSCRIBERS(429, "Too Many Subscribers"),
    TOO_MANY_SUBSCRIPTIONS(429, "Too Many Subscriptions"),
    TOO_MANY_PATTERNS(429, "Too Many Patterns"),
    TOO_MANY_CHANNELS(429, "Too Many Channels"),
    TOO_MANY_TICKETS(429, "Too Many Tickets"),
    HEADERS_TOO_LARGE(431, "Headers Too Large"),
    INTERNAL_ERROR(500, "Internal Error"),
    STOPPING(503, "Stopping"),
    NOT_READY(503, "Not Ready"),
    AUTHENTICATOR_UNAVAILABLE(503, "Authenticator Unavailable"),
    KEYS_UNAVAILABLE(503, "Keys Unavailable"),
    BROKER_UNAVAILABLE(503, "Broker Unavailable"),
    OUTCOME_UNKNOWN(504, "Outcome Unknown"),
    HTTP_VERSION(505, "HTTP Version Not Supported");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** Returns the stable code, such as {@code body-too-large}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
