package dev.ginkgo.hub.http.server;

import io.netty.handler.codec.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request is not served, and why. Thrown where that is found out, and made an answer of in one place. It has no
 * stack: what a client sent is no error of ours.
 */
public final class ProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProblemType problemType;
    private final String detail;
    private final transient Map<String, String> headers;
    private final boolean closingConnection;

    public ProblemException(ProblemType problemType, String detail) {
        this(problemType, detail, Map.of(), false);
    }

    private ProblemException(ProblemType problemType, String detail, Map<String, String> headers, boolean last) {
        super(detail, null, false, false);
        this.problemType = problemType;
        this.detail = detail;
        this.headers = headers;
        this.closingConnection = last;
    }

    /** The hub stops; the client may try again at another node, or later. */
    public static ProblemException stopping(String detail) {
        return new ProblemException(ProblemType.STOPPING, detail)
                .withHeader("Retry-After", "1")
                .closingConnection();
    }

    /**
     * The target does not have this method.
     *
     * @param allowed the methods that it has, with commas
     */
    public static ProblemException methodNotAllowed(HttpMethod method, String allowed) {
        return new ProblemException(
                        ProblemType.METHOD_NOT_ALLOWED,
                        method + " has no meaning here; there are " + allowed
                                + (allowed.contains("POST") ? ": POST publishes, GET reads" : ""))
                .withHeader("Allow", allowed);
    }

    /** With one more header in the answer. */
    public ProblemException withHeader(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ProblemException(problemType, detail, more, closingConnection);
    }

    /** The connection ends after the answer, because nobody knows where the next request would begin. */
    public ProblemException closingConnection() {
        return new ProblemException(problemType, detail, headers, true);
    }

    public ProblemType problem() {
        return problemType;
    }

    String detail() {
        return detail;
    }

    Map<String, String> headers() {
        return headers;
    }

    boolean closesConnection() {
        return closingConnection;
    }
}
