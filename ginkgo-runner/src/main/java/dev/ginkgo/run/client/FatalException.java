package dev.ginkgo.run.hub;

/** The client ends here, and why. The message is a sentence for the user; an empty one is not told. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Ending ending;

    Failure(Ending ending, String message) {
        super(message, null, false, false);
        this.ending = ending;
    }

    Ending ending() {
        return ending;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
