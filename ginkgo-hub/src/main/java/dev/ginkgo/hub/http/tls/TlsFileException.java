package dev.ginkgo.hub.http.tls;

import java.io.IOException;

/** A file with a certificate or key that cannot be used. The message says which, why, and what to do. */
public final class TlsFileException extends IOException {
    private static final long serialVersionUID = 1L;

    TlsFileException(String message) {
        super(message);
    }

    TlsFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
