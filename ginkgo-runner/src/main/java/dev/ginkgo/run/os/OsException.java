package dev.ginkgo.run.os;

import java.io.IOException;
import java.io.Serial;

/** Failure of a function of the operating system. The message says how to fix it. */
public final class OsException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Cause of the failure, which determines the exit code. */
    public enum Kind {
        /** The configuration names a user or folder that does not exist, or a feature that the platform does not have. */
        CONFIGURATION,
        /** This process lacks a privilege. */
        PERMISSION,
        /** A call failed unexpectedly. */
        FAILURE
    }

    private final Kind kind;

    public OsException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Returns the cause of the failure. */
    public Kind kind() {
        return kind;
    }
}
