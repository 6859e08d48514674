package dev.ginkgo.net.tcp;

import java.io.IOException;
import java.util.stream.Stream;

/** The other end went away, or this end was closed: the ordinary end of a connection, not worth a warning. */
final class DisconnectedException extends IOException {
    private static final long serialVersionUID = 1L;

    DisconnectedException(String message, IOException cause) {
        super(message, cause);
    }

    /** Whether it is what ended a handler, wrapped or not. */
    static boolean isCauseOf(Throwable thrown) {
        return Stream.<Throwable>iterate(thrown, t -> t != null, Throwable::getCause)
                .anyMatch(DisconnectedException.class::isInstance);
    }
}
