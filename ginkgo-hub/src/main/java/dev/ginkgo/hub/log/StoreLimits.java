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
 * @param count messages of one channel
 * @param grace for how long messages beyond the count are kept for readers that are there
 * @param age of any message
 * @param channels how many
 * @param patterns how many feeds that are not just one channel
 */
public record StoreLimits(
        Supplier<Size> budget,
        Supplier<Integer> count,
        Supplier<Duration> grace,
        Supplier<Duration> age,
        Supplier<Integer> channels,
        Supplier<Integer> patterns) {
    /** The share of the budget that one message may be: JSON may take six bytes for one, and all must fit. */
    private static final int SHARE = 8;

    /** Refuses a message that is too large. */
    void requireRoom(int bytes) {
        long largest = budget.get().bytes() / SHARE;
        if (bytes > largest) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_LARGE,
                    "a message of " + bytes + " bytes is too large: the most is " + largest
                            + ", an eighth of `store.budget`");
        }
    }

    /** Refuses one channel more than there may be. */
    void requireFewer(int inUse, ChannelName name) {
        if (inUse >= channels.get()) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_CHANNELS,
                    "`max-channels` = " + inUse + " are in use, so " + name + " cannot be one more");
        }
    }

    /** Refuses one pattern more than there may be. */
    void requireFewer(int inUse, ChannelSelector selector) {
        if (inUse >= patterns.get()) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "`max-patterns` = " + inUse + " patterns, lists and conflated channels are being read, so "
                            + selector + " cannot be one more");
        }
    }
}
