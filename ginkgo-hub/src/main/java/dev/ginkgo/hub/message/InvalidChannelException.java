package dev.ginkgo.hub.message;

/** Thrown when a text is no name of a channel; the message says which text, and why. */
public final class InvalidChannelException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidChannelException(String name, String reason) {
        super("\"" + name + "\" is no channel: " + reason);
    }
}
