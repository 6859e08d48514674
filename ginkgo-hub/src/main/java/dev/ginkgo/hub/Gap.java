package dev.ginkgo.hub;

/**
 * Messages that a reader will not get: the log let go of them before it had come that far.
 *
 * @param channel the name of the channel, or what else is read: a pattern, a list
 * @param missed how many; {@link #UNKNOWN} if nobody knows, as after a resume
 * @param after the id after which the stream goes on
 */
public record Gap(String channel, long missed, String after) {
    /** Some are missed, nobody knows how many. */
    public static final long UNKNOWN = -1;
}
