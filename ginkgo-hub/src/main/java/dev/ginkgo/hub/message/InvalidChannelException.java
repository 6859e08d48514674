package dev.ginkgo.hub;

/** Thrown when a text is no name of a channel; the message says which text, and why. */
public final class BadChannelException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    BadChannelException(String name, String reason) {
        super("\"" + name + "\" is no channel: " + reason);
    }
}
