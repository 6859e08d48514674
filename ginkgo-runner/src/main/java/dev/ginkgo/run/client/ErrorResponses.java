package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Maps HTTP error responses to exceptions. */
final class ErrorResponses {
    private static final int MAX_BODY_BYTES = 16 * 1024;

    private ErrorResponses() {}

    /** Reads and closes the body; at most {@value #MAX_BODY_BYTES} bytes are returned. */
    static byte[] body(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return body.readNBytes(MAX_BODY_BYTES);
        }
    }

    /**
     * Returns an exception for a temporary error.
     *
     * @throws FatalException for an error that a retry would not fix
     */
    static RetryableException retryable(ChannelUrl url, HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        String text = url.uri().getAuthority() + " responded " + status + ": " + detail(body(response));
        return switch (status) {
            case 408, 409, 425, 429, 502, 503, 504 -> RetryableException.busy(text, retryAfter(response.headers()));
            case 401, 403, 407, 421 -> throw new FatalException(ClientExitCode.FORBIDDEN, text);
            default -> throw new FatalException(fatalExitCode(status), text);
        };
    }

    private static ClientExitCode fatalExitCode(int status) {
        return switch (status / 100) {
            case 4 -> ClientExitCode.REJECTED;
            case 5 -> ClientExitCode.SOFTWARE;
            default -> ClientExitCode.NOT_A_HUB;
        };
    }

    /** Returns the {@code detail} of a problem document (RFC 9457), or else the start of the first line. */
    private static String detail(byte[] body) {
        try {
            String detail = StreamEventParser.members(body).get("detail");
            if (detail != null) {
                return detail;
            }
        } catch (IOException | IllegalArgumentException _) {
            // not a problem document: a proxy's page, or empty
        }
        String text = new String(body, UTF_8).strip();
        String line = text.lines().findFirst().orElse("(empty response)");
        return line.substring(0, Math.min(line.length(), 120));
    }

    private static Optional<Duration> retryAfter(HttpHeaders headers) {
        return headers.firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,9}")) // the date form comes only from proxies and is ignored
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
}
