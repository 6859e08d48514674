package dev.ginkgo.run.client;

/** The client ends here, and why. The message is a sentence for the user; an empty one is not told. */
public final class FatalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ClientExitCode exitCode;

    public FatalException(ClientExitCode clientExitCode, String message) {
        super(message, null, false, false);
        this.exitCode = clientExitCode;
    }

    public ClientExitCode exitCode() {
        return exitCode;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
