package dev.ginkgo.net.tcp;

import java.io.IOException;
import java.util.stream.Stream;

/**
 * Thrown when the peer disconnected or the connection was closed locally: the normal end of a connection, which does
 * not deserve a warning.
 */
final class DisconnectedException extends IOException {
    private static final long serialVersionUID = 1L;

    DisconnectedException(String message, IOException cause) {
        super(message, cause);
    }

    /** Returns whether an exception is, or was caused by, a disconnect. */
    static boolean isCauseOf(Throwable thrown) {
        return Stream.<Throwable>iterate(thrown, t -> t != null, Throwable::getCause)
                .anyMatch(DisconnectedException.class::isInstance);
    }
}
