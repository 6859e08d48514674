package dev.ginkgo.hub.message;

import java.time.Instant;

/** A published message. Implementations are immutable. */
public interface Message {
    /** Returns the name of the channel. */
    String channel();

    /**
     * Returns the id of the message: unique, never reused, and the same for all subscribers of this node. A
     * subscription that resumes after this id, at this node or another, misses no message.
     */
    String id();

    /** Returns when the message was published, by the clock of the node that accepted it. */
    Instant time();

    /** Returns whether the payload was published as bytes, which need not be text. */
    boolean isBinary();

    /**
     * Returns the payload as text. In a binary payload that is not valid UTF-8, invalid sequences are replaced by
     * U+FFFD; see {@link #bytes()}.
     */
    String text();

    /** Returns the payload as bytes; text is encoded as UTF-8. The array is a copy that belongs to the caller. */
    byte[] bytes();
}
