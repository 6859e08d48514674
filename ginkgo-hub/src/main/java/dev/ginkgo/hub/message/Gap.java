package dev.ginkgo.hub.message;

/**
 * Messages that a reader will not get: the log let go of them before it had come that far, or they were lost between nodes.
 * One whose number nobody knows lasts until the next message: what else is lost before that belongs to it, and is not told
 * again.
 *
 * @param channel the name of the channel, or what else is read: a pattern, a list
 * @param missed how many; {@link #UNKNOWN} if nobody knows, as after a resume, or between nodes
 * @param after the id after which the stream goes on
 */
public record Gap(String channel, long missed, String after) {
    /** Some are missed, nobody knows how many. */
    public static final long UNKNOWN = -1;
}
