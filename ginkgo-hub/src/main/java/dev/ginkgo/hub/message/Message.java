package dev.ginkgo.hub.message;

import java.time.Instant;

/** A message as its readers see it. It does not change. */
public interface Message {
    /** The name of its channel. */
    String channel();

    /**
     * Its id: one of its own, never used again, and the same for all readers of this node. Who reads on after it, here
     * or at another node, misses nothing.
     */
    String id();

    /** When it was published, by the clock of the node that took it. */
    Instant time();

    /** Whether it was published as bytes, which may be no text. */
    boolean isBinary();

    /** What was published. Of bytes that are no UTF-8, the bad ones are replaced by U+FFFD; see {@link #bytes()}. */
    String text();

    /** What was published, a text as UTF-8. The array is the caller's own. */
    byte[] bytes();
}
