package dev.ginkgo.hub.message;

/** Thrown when a text is not a valid channel name; the message contains the text and the reason. */
public final class InvalidChannelException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception for a rejected name. */
    public InvalidChannelException(String name, String reason) {
        super("\"" + name + "\" is not a valid channel: " + reason);
    }
}
