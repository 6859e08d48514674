package dev.ginkgo.run.output;

/** Error that ends a command and that the user can fix. The message is printed without a stack trace. */
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

    /** Returns the message; never null, unlike {@link #getMessage}. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
