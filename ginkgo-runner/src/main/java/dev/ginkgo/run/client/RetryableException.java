package dev.ginkgo.run.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt failed for a reason that may pass. */
final class RetryableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ClientExitCode exitCode;
    private final transient @Nullable Duration retryAfter;

    private RetryableException(ClientExitCode clientExitCode, String message, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.exitCode = clientExitCode;
        this.retryAfter = retryAfter;
    }

    /** The hub was not reached, or the connection broke. */
    static RetryableException unreachable(URI uri, IOException e) {
        return new RetryableException(ClientExitCode.UNREACHABLE, reason(uri.getAuthority(), e), null);
    }

    /** The hub was reached and is not able to, just now. */
    static RetryableException busy(String message, Optional<Duration> retryAfter) {
        return new RetryableException(ClientExitCode.BUSY, message, retryAfter.orElse(null));
    }

    /** What it is, if it does not pass. */
    FatalException toFatal() {
        return new FatalException(exitCode, text());
    }

    /** When the other side wants to be asked again. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** The JDK's client often leaves the reason out, or has it in a cause. */
    private static String reason(String where, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "nobody knows the name in " + where;
            }
        }
        if (e instanceof HttpTimeoutException) {
            return where + " does not answer";
        }
        if (e instanceof ConnectException) {
            return "nobody listens on " + where;
        }
        return "the connection to " + where + " broke ("
                + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + ")";
    }
}
