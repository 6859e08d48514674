package dev.ginkgo.hub;

/**
 * Whether a reader was told of a loss since the last message that it got, and nobody knows how much was lost. Then what
 * else is lost before the next message is the same gap to it. Kept by each reader that stays.
 */
final class OpenGap {
    private boolean open;

    /**
     * Something is lost.
     *
     * @param missed how many messages, or {@link Gap#UNKNOWN}
     * @return whether the reader is to be told
     */
    boolean lost(long missed) {
        boolean news = !open || missed != Gap.UNKNOWN;
        open |= missed == Gap.UNKNOWN;
        return news;
    }

    /** The reader gets a message. */
    void message() {
        open = false;
    }
}
