package dev.ginkgo.run.output;

/** The command cannot go on, for a reason that is the user's to mend. The message is printed as it is. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    public CommandException(ExitCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public ExitCode code() {
        return code;
    }

    /** The message; never null, unlike its namesake's. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
