package dev.ginkgo.hub.log;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.HubRejectedException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What bounds a store. Suppliers, because a reload is felt at the next message.
 *
 * @param budget for all it holds: messages, what is kept with each, and their frames
 * @param maxMessages messages of one channel
 * @param grace for how long messages beyond the count are kept for readers that are there
 * @param maxAge of any message
 * @param maxChannels how many
 * @param maxPatterns how many feeds that are not just one channel
 */
public record StoreLimits(
        Supplier<Size> budget,
        Supplier<Integer> maxMessages,
        Supplier<Duration> grace,
        Supplier<Duration> maxAge,
        Supplier<Integer> maxChannels,
        Supplier<Integer> maxPatterns) {
    /** The share of the budget that one message may be: JSON may take six bytes for one, and all must fit. */
    private static final int MESSAGE_SHARE = 8;

    /** Refuses a message that is too large. */
    void requireMessageFits(int bytes) {
        long largest = budget.get().bytes() / MESSAGE_SHARE;
        if (bytes > largest) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_LARGE,
                    "a message of " + bytes + " bytes is too large: the most is " + largest
                            + ", an eighth of `store.budget`");
        }
    }

    /** Refuses one channel more than there may be. */
    void requireCapacity(int inUse, ChannelName name) {
        if (inUse >= maxChannels.get()) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_CHANNELS,
                    "`max-channels` = " + inUse + " are in use, so " + name + " cannot be one more");
        }
    }

    /** Refuses one pattern more than there may be. */
    void requireCapacity(int inUse, ChannelSelector channelSelector) {
        if (inUse >= maxPatterns.get()) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "`max-patterns` = " + inUse + " patterns, lists and conflated channels are being read, so "
                            + channelSelector + " cannot be one more");
        }
    }
}
