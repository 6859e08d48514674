package dev.ginkgo.hub.http.server;

import io.netty.handler.codec.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rejection of a request, with the reason. Thrown where the problem is detected, and converted to an error response in one
 * place. It has no stack trace, because it reports an error of the client.
 */
public final class ProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProblemType problemType;
    private final String detail;
    private final transient Map<String, String> headers;
    private final boolean closingConnection;
    private final String claim;

    public ProblemException(ProblemType problemType, String detail) {
        this(problemType, detail, Map.of(), false, "");
    }

    private ProblemException(
            ProblemType problemType,
            String detail,
            Map<String, String> headers,
            boolean closingConnection,
            String claim) {
        super(detail, null, false, false);
        this.problemType = problemType;
        this.detail = detail;
        this.headers = headers;
        this.closingConnection = closingConnection;
        this.claim = claim;
    }

    /** Returns a rejection because the hub is stopping. The client may retry later, or at another node. */
    public static ProblemException stopping(String detail) {
        return new ProblemException(ProblemType.STOPPING, detail)
                .withHeader("Retry-After", "1")
                .closingConnection();
    }

    /** Returns a rejection because of an exception, which has been logged. */
    public static ProblemException internalError() {
        return new ProblemException(ProblemType.INTERNAL_ERROR, "an unexpected error occurred; the hub has logged it");
    }

    /** Returns a rejection because the request deadline has expired. */
    public static ProblemException requestTimeout() {
        return new ProblemException(
                ProblemType.REQUEST_TIMEOUT, "the request was not complete within http.request-timeout");
    }

    /**
     * Returns a rejection because the target does not support the method.
     *
     * @param allowed supported methods, separated by commas
     */
    public static ProblemException methodNotAllowed(HttpMethod method, String allowed) {
        return new ProblemException(
                        ProblemType.METHOD_NOT_ALLOWED,
                        method + " is not supported here; supported are " + allowed
                                + (allowed.contains("POST") ? ": POST publishes, GET subscribes" : ""))
                .withHeader("Allow", allowed);
    }

    /** Returns a copy that adds a header to the response. */
    public ProblemException withHeader(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ProblemException(problemType, detail, more, closingConnection, claim);
    }

    /**
     * Returns a copy that closes the connection after the response. Required if the start of the next request is unknown.
     */
    public ProblemException closingConnection() {
        return new ProblemException(problemType, detail, headers, true, claim);
    }

    /** Returns a copy that names the claim or part of the credentials that is not valid. */
    public ProblemException withClaim(String invalid) {
        return new ProblemException(problemType, detail, headers, closingConnection, invalid);
    }

    public ProblemType problem() {
        return problemType;
    }

    String detail() {
        return detail;
    }

    /** Returns the claim that is not valid; empty if the problem is another one. */
    String claim() {
        return claim;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** Returns whether the connection is closed after the response. */
    public boolean closesConnection() {
        return closingConnection;
    }
}
