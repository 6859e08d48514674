package dev.ginkgo.run.os;

import java.io.IOException;
import java.io.Serial;

/** The operating system cannot, or will not. The message says what to do about it. */
public final class OsException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    public enum Kind {
        /** The configuration asks for what is not there: a user, a folder, a platform that can do it. */
        CONFIGURATION,
        /** This process may not. */
        PERMISSION,
        /** A call failed that should not. */
        FAILURE
    }

    private final Kind kind;

    public OsException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Whose fault it is. */
    public Kind kind() {
        return kind;
    }
}
