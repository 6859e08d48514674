package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** What an answer means that is not the one hoped for. */
final class ErrorResponses {
    private static final int LONGEST_TEXT = 16 * 1024;

    private ErrorResponses() {}

    /** A body of moderate length. */
    static byte[] body(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return body.readNBytes(LONGEST_TEXT);
        }
    }

    /**
     * Gives what may pass, and throws what will not.
     *
     * @throws FatalException if asking again would not help
     */
    static RetryableException retryable(ChannelUrl url, HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        String text = url.uri().getAuthority() + " answers " + status + ": " + detail(body(response));
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

    /** The reason in it, if it is a problem as a hub writes it (RFC 9457), else how it begins. */
    private static String detail(byte[] body) {
        try {
            String detail = StreamEventParser.members(body).get("detail");
            if (detail != null) {
                return detail;
            }
        } catch (IOException | IllegalArgumentException _) {
            // a proxy's page, or nothing
        }
        String text = new String(body, UTF_8).strip();
        String line = text.lines().findFirst().orElse("(nothing more)");
        return line.substring(0, Math.min(line.length(), 120));
    }

    private static Optional<Duration> retryAfter(HttpHeaders headers) {
        return headers.firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,9}")) // a date is a proxy's, and then our own pause will do
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
}
