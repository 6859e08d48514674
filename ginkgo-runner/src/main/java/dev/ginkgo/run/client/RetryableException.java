package dev.ginkgo.run.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Failure of an attempt that may succeed later. */
final class RetryableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ClientExitCode exitCode;
    private final transient @Nullable Duration retryAfter;

    private RetryableException(ClientExitCode clientExitCode, String message, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.exitCode = clientExitCode;
        this.retryAfter = retryAfter;
    }

    /** Returns an exception for a hub that could not be reached, or a connection that broke. */
    static RetryableException unreachable(URI uri, IOException e) {
        requireTrusted(uri, e);
        return new RetryableException(ClientExitCode.UNREACHABLE, reason(uri.getAuthority(), e), null);
    }

    /**
     * Rejects a certificate that is not trusted, or for another host: another attempt would have the same outcome.
     *
     * @throws FatalException if that is the cause
     */
    private static void requireTrusted(URI uri, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                throw new FatalException(
                        ClientExitCode.UNREACHABLE,
                        "the certificate of " + uri.getAuthority() + " is not trusted (" + cause.getMessage()
                                + "); name the file with its authority: --cacert FILE");
            }
        }
    }

    /** Returns an exception for a hub that was reached and cannot serve the request at the moment. */
    static RetryableException busy(String message, Optional<Duration> retryAfter) {
        return new RetryableException(ClientExitCode.BUSY, message, retryAfter.orElse(null));
    }

    /** Returns the error to report when there are no more attempts. */
    FatalException toFatal() {
        return new FatalException(exitCode, text());
    }

    /** Returns the pause that the hub requested before the next attempt. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** Describes the failure; the exceptions of the JDK's client often have no message, or only their cause has. */
    private static String reason(String where, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "cannot resolve the host name in " + where;
            }
        }
        if (e instanceof HttpTimeoutException) {
            return where + " does not respond";
        }
        if (e instanceof ConnectException) {
            return "cannot connect to " + where + ": connection refused";
        }
        return "the connection to " + where + " broke ("
                + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + ")";
    }
}
