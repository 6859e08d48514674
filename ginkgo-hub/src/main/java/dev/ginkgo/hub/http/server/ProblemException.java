package dev.ginkgo.hub;

import io.netty.handler.codec.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request is not served, and why. Thrown where that is found out, and made an answer of in one place. It has no
 * stack: what a client sent is no error of ours.
 */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final String detail;
    private final transient Map<String, String> headers;
    private final boolean last;

    Refusal(Problem problem, String detail) {
        this(problem, detail, Map.of(), false);
    }

    private Refusal(Problem problem, String detail, Map<String, String> headers, boolean last) {
        super(detail, null, false, false);
        this.problem = problem;
        this.detail = detail;
        this.headers = headers;
        this.last = last;
    }

    /** The hub stops; the client may try again at another node, or later. */
    static Refusal stopping(String detail) {
        return new Refusal(Problem.STOPPING, detail).with("Retry-After", "1").last();
    }

    /**
     * The target does not have this method.
     *
     * @param allowed the methods that it has, with commas
     */
    static Refusal notAllowed(HttpMethod method, String allowed) {
        return new Refusal(
                        Problem.METHOD_NOT_ALLOWED,
                        method + " has no meaning here; there are " + allowed
                                + (allowed.contains("POST") ? ": POST publishes, GET reads" : ""))
                .with("Allow", allowed);
    }

    /** With one more header in the answer. */
    Refusal with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Refusal(problem, detail, more, last);
    }

    /** The connection ends after the answer, because nobody knows where the next request would begin. */
    Refusal last() {
        return new Refusal(problem, detail, headers, true);
    }

    Problem problem() {
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
