package dev.ginkgo.hub.message;

/**
 * Messages that a subscriber will not receive: they were evicted from the log before the subscriber read them, or lost
 * between nodes. A gap of unknown size extends to the next message: further losses before that message belong to the
 * same gap and are not reported again.
 *
 * @param channel the channel, pattern or list that the subscription reads
 * @param missed the number of lost messages; {@link #UNKNOWN} if it is not known, for example after a resume or a loss
 *     between nodes
 * @param after the id of the position after the gap, from which the stream continues
 */
public record Gap(String channel, long missed, String after) {
    /** Value of {@link #missed} when an unknown number of messages is lost. */
    public static final long UNKNOWN = -1;
}
