package dev.ginkgo.hub.log;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.HubRejectedException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Limits of a store. They are suppliers, so that a reload takes effect with the next message.
 *
 * @param budget memory for messages, their metadata, and their encoded frames
 * @param maxMessages messages per channel
 * @param grace how long messages beyond the count are retained while the channel has subscribers
 * @param maxAge maximum age of a message
 * @param maxChannels maximum number of channels
 * @param maxPatterns maximum number of merged feeds
 */
public record StoreLimits(
        Supplier<Size> budget,
        Supplier<Integer> maxMessages,
        Supplier<Duration> grace,
        Supplier<Duration> maxAge,
        Supplier<Integer> maxChannels,
        Supplier<Integer> maxPatterns) {
    /**
     * Default of the budget: 64 MiB, or less in a small heap, where large arrays take up to twice their length, and what
     * the budget does not count needs room, too.
     */
    public static final Size DEFAULT_BUDGET = Size.ofBytes(
            Math.min(Runtime.getRuntime().maxMemory() / 4, Size.ofMebibytes(64).bytes()));

    /**
     * A message may use at most one part in this many of the budget: JSON may take six bytes for one byte of payload,
     * and all of it must fit.
     */
    private static final int MESSAGE_SHARE = 8;

    /** The patterns of all merged feeds may have this many segments for each feed that the limit allows. */
    private static final int SEGMENTS_PER_PATTERN = 16;

    /**
     * Returns how many segments the patterns of a number of merged feeds may have in total: a publish on a new channel
     * visits at most as many nodes of the trie.
     */
    public static int maxSegments(int maxPatterns) {
        return Math.max(ChannelSelector.MAX_PATTERN_SEGMENTS, (int)
                Math.min(Integer.MAX_VALUE, (long) maxPatterns * SEGMENTS_PER_PATTERN));
    }

    /** Rejects a message that is too large. */
    void requireMessageFits(int bytes) {
        long largest = budget.get().bytes() / MESSAGE_SHARE;
        if (bytes > largest) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_LARGE,
                    "a message of " + bytes + " bytes is too large: the limit is " + largest
                            + ", an eighth of `store.budget`");
        }
    }

    /** Returns whether the limit for channels is reached. */
    boolean isFull(int inUse) {
        return inUse >= maxChannels.get();
    }

    /** Returns whether a number of channels is more than one part in {@code parts} of the limit. */
    boolean exceedsShare(int channels, int parts) {
        return (long) channels * parts > maxChannels.get();
    }

    /** Rejects a new channel if the limit is reached. */
    void requireCapacity(int inUse, ChannelName name) {
        if (isFull(inUse)) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_CHANNELS,
                    "the limit `max-channels` = " + maxChannels.get() + " is reached and all channels have subscribers;"
                            + " cannot create channel " + name);
        }
    }

    /** Rejects a new merged feed if the limit for feeds, or for the segments of their patterns, is reached. */
    void requireCapacity(int inUse, int segmentsInUse, ChannelSelector channelSelector) {
        int maxSegments = maxSegments(maxPatterns.get());
        if ((long) segmentsInUse + channelSelector.patternSegments() > maxSegments) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the patterns in use would have more than " + maxSegments
                            + " segments, the limit for `max-patterns` = " + maxPatterns.get()
                            + "; cannot subscribe to " + channelSelector);
        }
        if (inUse >= maxPatterns.get()) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the limit `max-patterns` = " + maxPatterns.get()
                            + " for patterns, lists and conflated channels is reached; cannot subscribe to "
                            + channelSelector);
        }
    }
}
