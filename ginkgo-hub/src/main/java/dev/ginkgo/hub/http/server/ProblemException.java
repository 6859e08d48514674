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

    private final ProblemType problem;
    private final String detail;
    private final transient Map<String, String> headers;
    private final boolean last;

    public ProblemException(ProblemType problem, String detail) {
        this(problem, detail, Map.of(), false);
    }

    private ProblemException(ProblemType problem, String detail, Map<String, String> headers, boolean last) {
        super(detail, null, false, false);
        this.problem = problem;
        this.detail = detail;
        this.headers = headers;
        this.last = last;
    }

    /** The hub stops; the client may try again at another node, or later. */
    public static ProblemException stopping(String detail) {
        return new ProblemException(ProblemType.STOPPING, detail).with("Retry-After", "1").last();
    }

    /**
     * The target does not have this method.
     *
     * @param allowed the methods that it has, with commas
     */
    public static ProblemException notAllowed(HttpMethod method, String allowed) {
        return new ProblemException(
                        ProblemType.METHOD_NOT_ALLOWED,
                        method + " has no meaning here; there are " + allowed
                                + (allowed.contains("POST") ? ": POST publishes, GET reads" : ""))
                .with("Allow", allowed);
    }

    /** With one more header in the answer. */
    public ProblemException with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ProblemException(problem, detail, more, last);
    }

    /** The connection ends after the answer, because nobody knows where the next request would begin. */
    public ProblemException last() {
        return new ProblemException(problem, detail, headers, true);
    }

    public ProblemType problem() {
        return problem;
    }

    String detail() {
        return detail;
    }

    Map<String, String> headers() {
        return headers;
    }

    boolean isLast() {
        return last;
    }
}
