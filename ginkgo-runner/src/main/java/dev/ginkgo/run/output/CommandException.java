package dev.ginkgo.run;

/** The command cannot go on, for a reason that is the user's to mend. The message is printed as it is. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    Refusal(ExitCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }

    /** The message; never null, unlike its namesake's. */
    String text() {
        return String.valueOf(getMessage());
    }
}
