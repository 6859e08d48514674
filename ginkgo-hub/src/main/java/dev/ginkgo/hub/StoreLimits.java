package dev.ginkgo.hub;

import dev.ginkgo.config.Size;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What bounds a store. Suppliers, because a reload is felt at the next message.
 *
 * @param budget for all it holds: messages, what is kept with each, and their frames
 * @param count messages of one channel
 * @param age of any message
 * @param channels how many
 */
record StoreLimits(Supplier<Size> budget, Supplier<Integer> count, Supplier<Duration> age, Supplier<Integer> channels) {
    /** The share of the budget that one message may be: JSON may take six bytes for one, and all must fit. */
    private static final int SHARE = 8;

    long largestMessage() {
        return budget.get().bytes() / SHARE;
    }
}
