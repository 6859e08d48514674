package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.SelectorMatcher;
import dev.ginkgo.hub.position.ForgottenChannels.ForgottenChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Construction of a merged feed: finds the channels that the feed includes, and merges their retained messages in order
 * of arrival. Channels are matched without the store's lock, and everything else happens in steps of bounded work under
 * the lock, so that other threads use the store in between. Several threads may construct the same feed: each matches
 * by itself, and they share the steps.
 *
 * <p>The merge is lazy. When all channels have joined, the feed is open for subscribers, and {@link Feed#prefetch} merges
 * more messages when a subscriber has read those that are merged. Until the merge is complete, messages that arrive wait
 * in a queue, which is merged like the log of a channel. Each slot of a log takes one slot of the feed, also if its
 * message is evicted before it is merged, so the number of every message that is not merged yet is known in advance.
 *
 * <p>Guarded by the store, except {@link #match}.
 */
final class FeedAssembler {
    /** Maximum number of channels or messages of one step. */
    static final int STEP = 1_000;

    /** Estimated memory of a log that is being merged, in bytes. */
    private static final int SOURCE_BYTES = 64;

    private final Feed feed;
    private final SelectorMatcher matcher;
    private final @Nullable ToLongFunction<Feed> history;
    private final Collection<ChannelLog> channels;
    private final List<ForgottenChannel> forgotten;
    private final LongConsumer charge;

    // the logs that have joined, whose first messages to merge are not determined yet
    private final Deque<Source> joinedLogs = new ArrayDeque<>();
    private final PriorityQueue<Source> sources = new PriorityQueue<>(Comparator.comparingLong(each -> each.arrival));
    private final Source arriving = new Source(new Ring(), 0, Long.MAX_VALUE);
    private long firstArrival = Long.MAX_VALUE;
    private long unmerged;
    private boolean joined;

    /** The slots of a log that remain to be merged. */
    private static final class Source {
        final Ring ring;
        long next;
        long arrival; // of the next slot

        private final long last;

        /**
         * Creates a source.
         *
         * @param next the number of the first slot
         * @param last the number after that of the last slot, if it is in use by then
         */
        Source(Ring ring, long next, long last) {
            this.ring = ring;
            this.next = next;
            this.last = last;
        }

        long end() {
            return Math.min(last, ring.end());
        }

        /** Moves on, and returns whether there are more slots. */
        boolean advance(long slots) {
            next += slots;
            if (next >= end()) {
                return false;
            }
            if (next >= ring.first()) {
                arrival = ring.arrival(next);
            }
            return true;
        }
    }

    /**
     * Starts the construction. From now on, channels that are created join the feed by themselves.
     *
     * @param history returns the number of the first message of a channel to merge, or of one before it; null to merge none
     * @param channels all channels; may be read without the lock
     * @param forgotten the channels that no longer exist
     * @param charge is charged for the memory of messages that are merged after the construction
     */
    FeedAssembler(
            Feed feed,
            SelectorMatcher matcher,
            @Nullable ToLongFunction<Feed> history,
            Collection<ChannelLog> channels,
            List<ForgottenChannel> forgotten,
            LongConsumer charge) {
        this.feed = feed;
        this.matcher = matcher;
        this.history = history;
        this.channels = channels;
        this.forgotten = forgotten;
        this.charge = charge;
    }

    /** The channels of a feed that one thread has found and adds to the feed. */
    static final class Matches {
        private final Iterator<ChannelLog> logs;
        private final Iterator<ForgottenChannel> forgotten;

        private Matches(List<ChannelLog> logs, List<ForgottenChannel> forgotten) {
            this.logs = logs.iterator();
            this.forgotten = forgotten.iterator();
        }
    }

    /** Finds the channels that the feed includes. Called without the store's lock. */
    Matches match() {
        List<ChannelLog> found = new ArrayList<>();
        for (ChannelLog log : channels) {
            if (matcher.matches(log.name, log.segments)) {
                found.add(log);
            }
        }
        return new Matches(
                found,
                forgotten.stream()
                        .filter(each -> matcher.matches(each.name(), each.name().segments()))
                        .toList());
    }

    // ---- channels

    /** Returns whether all channels have joined the feed. */
    boolean isJoined() {
        return joined;
    }

    /** Returns whether the feed is open for subscribers: only messages remain to be merged. */
    boolean isOpen() {
        return joined && joinedLogs.isEmpty();
    }

    /**
     * Performs the next step.
     *
     * @return whether the feed is complete
     */
    boolean step(Matches matches) {
        if (!joined) {
            joined = join(matches);
        } else if (!joinedLogs.isEmpty()) {
            findFirstMessages();
        } else {
            return merge(STEP);
        }
        return false;
    }

    private boolean join(Matches matches) {
        int steps = 0;
        while (matches.logs.hasNext() && steps < STEP) {
            steps++;
            ChannelLog log = matches.logs.next();
            if (log.removed) {
                feed.watermark.raise(log.watermark);
            } else if (!feed.logs.contains(log)) {
                log.addTo(feed);
                addSource(log);
            }
        }
        while (matches.forgotten.hasNext() && steps < STEP) {
            steps++;
            feed.watermark.raise(matches.forgotten.next().watermark());
        }
        return !matches.logs.hasNext() && !matches.forgotten.hasNext();
    }

    private void addSource(ChannelLog log) {
        Ring ring = log.feed.ring;
        if (history == null || ring.isEmpty()) {
            return;
        }
        long first = history.applyAsLong(log.feed);
        joinedLogs.add(new Source(ring, first, ring.end()));
        if (first < ring.end()) {
            firstArrival = Math.min(firstArrival, ring.arrival(first));
        }
    }

    /** Lets all logs start at the same arrival number, so that no message is left out after the first one. */
    private void findFirstMessages() {
        for (int steps = 0; steps < STEP && !joinedLogs.isEmpty(); steps++) {
            Source source = joinedLogs.removeFirst();
            if (!feed.beginsWithNewest()) {
                source.next = source.ring.numberAt(firstArrival);
            }
            source.next = Math.max(source.next, source.ring.first());
            if (source.advance(0)) {
                unmerged += source.end() - source.next;
                sources.add(source);
            }
        }
    }

    /** Notes that a channel is being removed, which may not have been matched yet. */
    void channelRemoved(ChannelLog log) {
        if (!joined && matcher.matches(log.name, log.segments)) {
            feed.watermark.raise(log.watermark);
        }
    }

    // ---- messages

    /** Returns the number of slots that remain to be merged. */
    long unmerged() {
        return unmerged;
    }

    /** Returns the memory of what remains to be merged, without the messages, in bytes. */
    long cost() {
        return SOURCE_BYTES * (long) (joinedLogs.size() + sources.size())
                + Ring.SLOT_BYTES * (arriving.ring.end() - arriving.ring.first());
    }

    /** Adds a message that arrives, and returns whether subscribers will receive it. */
    boolean add(Entry entry) {
        if (history == null) {
            return false;
        }
        arriving.ring.append(entry);
        added(entry.arrival);
        return true;
    }

    /** Records a loss that affects the feed, and returns whether subscribers may have to report it. */
    boolean markLost(long arrival) {
        if (history == null) {
            return false;
        }
        arriving.ring.appendLossSlot(arrival);
        added(arrival);
        return true;
    }

    private void added(long arrival) {
        unmerged++;
        if (arriving.next == arriving.ring.end() - 1) {
            arriving.arrival = arrival;
            sources.add(arriving);
        }
    }

    /** Removes a message that the store evicts, if it is not merged yet. */
    void remove(Entry entry) {
        arriving.ring.remove(entry);
    }

    /**
     * Merges the next slots of an open feed.
     *
     * @return whether the feed is complete
     */
    boolean merge(int atMost) {
        int steps = 0;
        for (Source source = sources.poll(); source != null; source = sources.poll()) {
            long slots = mergeNext(source, atMost - steps);
            unmerged -= slots;
            if (source.advance(slots)) {
                sources.add(source);
            }
            steps += (int) Math.min(slots, atMost);
            if (steps >= atMost) {
                return sources.isEmpty();
            }
        }
        return true;
    }

    /** Merges the next slot of a log, or some slots of evicted messages, and returns their number. */
    private long mergeNext(Source source, int atMost) {
        Ring ring = source.ring;
        if (source.next < ring.first()) {
            long slots = Math.min(source.end(), ring.first()) - source.next;
            boolean lost = ring.hasLossBetween(source.next, ring.first());
            return feed.addEvicted(slots, source.arrival, lost, atMost);
        }
        Entry entry = ring.get(source.next);
        if (entry != null) {
            feed.addRetained(entry);
            arriving.ring.remove(entry);
        } else {
            feed.addEvicted(1, source.arrival, ring.isLoss(source.next), 1);
        }
        return 1;
    }

    /** Merges the next slots of an open feed, ends the construction after the last one, and charges the budget. */
    void mergeAndCharge(int atMost) {
        long before = feed.cost();
        if (merge(atMost)) {
            feed.setAssembler(null);
        }
        charge.accept(feed.cost() - before);
    }
}
