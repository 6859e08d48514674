package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.HubRejectedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a store. They are suppliers, so that a reload takes effect with the next message. {@link #read} asks them before
 * the lock of the store is acquired; what runs under the lock uses the {@link #latest} result. Thread-safe.
 */
public final class StoreLimits {
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

    private final Supplier<Size> budget;
    private final Supplier<Integer> maxMessages;
    private final Supplier<Duration> grace;
    private final Supplier<Duration> maxAge;
    private final Supplier<Integer> maxChannels;
    private final Supplier<Integer> maxPatterns;
    private final AtomicReference<@Nullable Values> latest = new AtomicReference<>();

    /**
     * All limits at one moment.
     *
     * @param budget in bytes
     * @param graceNanos in nanoseconds
     * @param maxAgeNanos in nanoseconds
     */
    record Values(long budget, int maxMessages, long graceNanos, long maxAgeNanos, int maxChannels, int maxPatterns) {}

    /**
     * Creates the limits of one store.
     *
     * @param budget memory for messages, their metadata, and their encoded frames
     * @param maxMessages messages per channel
     * @param grace how long messages beyond the count are retained while the channel has subscribers
     * @param maxAge maximum age of a message
     * @param maxChannels maximum number of channels
     * @param maxPatterns maximum number of merged feeds
     */
    public StoreLimits(
            Supplier<Size> budget,
            Supplier<Integer> maxMessages,
            Supplier<Duration> grace,
            Supplier<Duration> maxAge,
            Supplier<Integer> maxChannels,
            Supplier<Integer> maxPatterns) {
        this.budget = budget;
        this.maxMessages = maxMessages;
        this.grace = grace;
        this.maxAge = maxAge;
        this.maxChannels = maxChannels;
        this.maxPatterns = maxPatterns;
    }

    /** Returns the memory for messages, their metadata, and their encoded frames. */
    public Size budget() {
        return budget.get();
    }

    /** Returns the maximum number of messages per channel. */
    public int maxMessages() {
        return maxMessages.get();
    }

    /** Returns the maximum age of a message. */
    public Duration maxAge() {
        return maxAge.get();
    }

    /** Returns the maximum number of channels. */
    public int maxChannels() {
        return maxChannels.get();
    }

    /**
     * Reads all limits. Called before the lock of the store is acquired. What another thread reads at the same time, perhaps after a
     * change, is not replaced.
     */
    Values read() {
        while (true) {
            Values known = latest.get();
            Values changed = changedSince(known);
            if (changed == null) {
                return requireNonNull(known);
            }
            if (latest.compareAndSet(known, changed)) {
                return changed;
            }
        }
    }

    /** Returns the current values, null if they are the known ones. */
    private @Nullable Values changedSince(@Nullable Values known) {
        long currentBudget = budget.get().bytes();
        int currentMessages = maxMessages.get();
        long currentGrace = nanos(grace.get());
        long currentAge = nanos(maxAge.get());
        int currentChannels = maxChannels.get();
        int currentPatterns = maxPatterns.get();
        if (known != null
                && known.budget == currentBudget
                && known.maxMessages == currentMessages
                && known.graceNanos == currentGrace
                && known.maxAgeNanos == currentAge
                && known.maxChannels == currentChannels
                && known.maxPatterns == currentPatterns) {
            return null;
        }
        return new Values(currentBudget, currentMessages, currentGrace, currentAge, currentChannels, currentPatterns);
    }

    /** Returns what has been read last. */
    Values latest() {
        Values known = latest.get();
        return known == null ? read() : known;
    }

    static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException overflow) {
            return Long.MAX_VALUE;
        }
    }

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
        long largest = latest().budget / MESSAGE_SHARE;
        if (bytes > largest) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_LARGE,
                    "a message of " + bytes + " bytes is too large: the limit is " + largest
                            + ", an eighth of `store.budget`");
        }
    }

    /** Returns whether the limit for channels is reached. */
    boolean isFull(int inUse) {
        return inUse >= latest().maxChannels;
    }

    /** Returns whether a number of channels is more than one part in {@code parts} of the limit. */
    boolean exceedsShare(int channels, int parts) {
        return (long) channels * parts > latest().maxChannels;
    }

    /** Rejects a new channel if the limit is reached. */
    void requireCapacity(int inUse, ChannelName name) {
        if (isFull(inUse)) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_CHANNELS,
                    "the limit `max-channels` = " + latest().maxChannels
                            + " is reached and all channels have subscribers;" + " cannot create channel " + name);
        }
    }

    /** Rejects a new merged feed if the limit for feeds, or for the segments of their patterns, is reached. */
    void requireCapacity(int inUse, int segmentsInUse, ChannelSelector channelSelector) {
        int limit = latest().maxPatterns;
        int maxSegments = maxSegments(limit);
        if ((long) segmentsInUse + channelSelector.patternSegments() > maxSegments) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the patterns in use would have more than " + maxSegments
                            + " segments, the limit for `max-patterns` = " + limit
                            + "; cannot subscribe to " + channelSelector);
        }
        if (inUse >= limit) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.TOO_MANY_PATTERNS,
                    "the limit `max-patterns` = " + limit
                            + " for patterns, lists and conflated channels is reached; cannot subscribe to "
                            + channelSelector);
        }
    }
}
