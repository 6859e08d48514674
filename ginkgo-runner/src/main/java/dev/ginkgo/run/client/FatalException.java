package dev.ginkgo.run.client;

/** Error that ends the client. The message is printed for the user unless it is empty. */
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
