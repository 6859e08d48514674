package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a subscription reads, numbered in order of arrival: those of one channel, or of several merged
 * channels. It also holds the listeners and the number of subscribers. Guarded by the store.
 */
public final class Feed {
    public final ChannelSelector channelSelector;

    /** Whether this is the feed of a single channel, not a merged one. */
    final boolean singleChannel;

    final Set<ChannelLog> logs = new LinkedHashSet<>(1);

    /**
     * Watermark of everything that the feed includes: the channel's own, or that of all channels that a merged feed
     * includes or has included.
     */
    final EvictionWatermark watermark;

    /** The messages that can be read. */
    final Ring ring = new Ring();

    /** From where on the feed has the messages that were retained when it was created. */
    final Since historyFrom;

    /** Maximum number of messages that are merged for a subscriber at a time. */
    private static final int PREFETCH = 200;

    private final @Nullable Conflation conflation;
    private final List<EvictionListener> evictionListeners = new ArrayList<>(0);
    private FeedListener.Group listeners = FeedListener.Group.NONE;
    private int subscribers;
    private int reservations;
    private @Nullable FeedAssembler assembler; // while the feed is under construction
    private boolean discarded;
    // a subscriber has joined at the end since the last recorded loss, and must be notified of the next one
    private boolean joinedAtEnd;

    /** Listener that maintains data derived from the messages of a feed. Called under the store's lock. */
    public interface EvictionListener {
        /** Notifies that the message with a number has been removed from the feed. */
        void evicted(long number);

        /** Notifies that the store has closed. */
        void closed();
    }

    private Feed(
            ChannelSelector channelSelector,
            boolean singleChannel,
            EvictionWatermark watermark,
            Since historyFrom,
            @Nullable Conflation conflation) {
        this.historyFrom = historyFrom;
        this.watermark = watermark;
        this.singleChannel = singleChannel;
        this.channelSelector = channelSelector;
        this.conflation = conflation;
    }

    /** Creates the feed of one channel. */
    static Feed of(ChannelLog log) {
        Feed feed = new Feed(ChannelSelector.of(log.name), true, log.watermark, Since.Point.ALL, null);
        feed.logs.add(log);
        return feed;
    }

    /** Creates a merged feed without channels. */
    static Feed of(ChannelSelector channelSelector, Since historyFrom) {
        return new Feed(channelSelector, false, new EvictionWatermark(), historyFrom, null);
    }

    /** Creates a conflated feed. */
    static Feed of(ChannelSelector channelSelector, Conflation conflation) {
        return new Feed(channelSelector, false, new EvictionWatermark(), Since.Point.ALL, conflation);
    }

    // ---- messages

    /** Returns the number of the oldest message. */
    long first() {
        return ring.first();
    }

    /** Returns the number after that of the last message that can be read; others may remain to be merged. */
    public long end() {
        return ring.end();
    }

    /** Returns the number of the next message to arrive. */
    public long nextArrival() {
        return ring.end() + (assembler == null ? 0 : assembler.unmerged());
    }

    /**
     * Merges more messages if there is none to read at a position and a lazy merge is not complete. Called by readers before
     * they read.
     */
    public void prefetch(long position) {
        if (assembler != null && assembler.isOpen() && ring.nextPresent(position) >= ring.end()) {
            assembler.mergeAndCharge(PREFETCH);
        }
    }

    /** Returns the message with a number, or null if it has been evicted or does not exist yet. */
    public @Nullable Entry get(long number) {
        return ring.get(number);
    }

    /** Returns the message after a present one, or null. */
    @Nullable
    Entry next(Entry entry) {
        return ring.get(ring.nextPresent(ring.numberAt(entry.arrival) + 1));
    }

    /** Returns the first number, starting at {@code from}, whose message is present; {@link #end} if there is none. */
    public long nextPresent(long from) {
        return ring.nextPresent(from);
    }

    /** Returns the number of the first message that is not older than a point in time; {@link #end} if there is none. */
    long firstSince(long moment) {
        return ring.firstSince(moment);
    }

    /**
     * Returns the number of the first message to which a predicate does not apply; {@link #end} if there is none. It
     * must apply to all messages before that one, and to none after it.
     */
    long firstAfter(Predicate<Entry> prefix) {
        return ring.firstAfter(prefix);
    }

    /** Adds a message, and returns whether there is something new to read. */
    boolean add(Entry entry) {
        if (discarded) {
            return false;
        }
        if (assembler != null) {
            return assembler.add(entry);
        }
        if (conflation == null) {
            ring.append(entry);
            return true;
        }
        return conflation.offer(entry, this);
    }

    // ---- construction of a merged feed

    /** Returns what constructs this feed; null if it is complete. */
    @Nullable
    FeedAssembler assembler() {
        return assembler;
    }

    /** Sets what constructs this feed; null when it is complete. */
    void setAssembler(@Nullable FeedAssembler newAssembler) {
        assembler = newAssembler;
    }

    /** Adds the next retained message. A conflated feed takes only the newest of each channel. */
    void addRetained(Entry entry) {
        if (conflation == null) {
            ring.append(entry);
        } else if (entry.log.isNewest(entry)) {
            conflation.emitInitial(entry, this);
        }
    }

    /**
     * Adds empty slots in place of messages that were evicted before they were merged, or never received.
     *
     * @param lost whether their number is unknown
     * @param atMost maximum number of slots to add, unless that takes no time
     * @return the number of slots
     */
    long addEvicted(long slots, long arrival, boolean lost, int atMost) {
        if (lost) {
            ring.appendLoss(arrival);
            return 1;
        }
        long added = ring.isEmpty() ? slots : Math.min(slots, atMost);
        ring.appendEvicted(added, arrival);
        return added;
    }

    /** Discards the messages. The channels still refer to the feed until {@link #removeNextChannel}. */
    void discard() {
        discarded = true;
    }

    /** Removes one channel of a discarded feed, and returns it; null if there is none. */
    @Nullable
    ChannelLog removeNextChannel() {
        Iterator<ChannelLog> iterator = logs.iterator();
        if (!iterator.hasNext()) {
            return null;
        }
        ChannelLog log = iterator.next();
        iterator.remove();
        log.removeFrom(this);
        return log;
    }

    // ---- conflation, losses, eviction

    /**
     * Emits pending conflated messages that are due.
     *
     * @param atMost maximum number of messages to emit
     * @return how many messages and losses are new
     */
    int flush(long now, int atMost) {
        return conflation == null ? 0 : conflation.flush(now, this, atMost);
    }

    /**
     * Records a loss at the end of the feed, so that subscribers at the end report a gap. A loss that directly follows
     * another one belongs to the same gap: it takes no slot and is not reported again.
     *
     * @return whether there may be subscribers that have to report it
     */
    boolean markLost(long arrival) {
        if (assembler != null) {
            return assembler.markLost(arrival);
        }
        if (ring.endsWithLoss() && !joinedAtEnd) {
            return false;
        }
        joinedAtEnd = false;
        ring.appendLoss(conflation == null ? arrival : conflation.emittedArrival());
        return true;
    }

    /** Notes that a subscriber starts at a number. At the end, it does not report losses recorded before. */
    void joined(long number) {
        joinedAtEnd |= number == nextArrival();
    }

    /** Returns the number of the newest message; {@link #end} if there is none. */
    long newest() {
        return ring.newest();
    }

    /** Appends a message, bypassing conflation. */
    void emit(Entry entry) {
        ring.append(entry);
    }

    /** Removes a message that the store evicts. */
    void remove(Entry entry) {
        if (assembler != null) {
            assembler.remove(entry);
        }
        if (conflation == null) {
            removeEntry(entry);
        } else {
            conflation.remove(entry, this);
        }
    }

    /** Removes the emitted message of a channel because a newer one replaces it. */
    void retract(Entry entry) {
        removeEntry(entry);
    }

    /** Removes the emitted message of a channel; subscribers that have not read it will report a gap. */
    void markLost(Entry entry) {
        notifyEvicted(ring.removeAsLost(entry));
    }

    private void removeEntry(Entry entry) {
        notifyEvicted(ring.remove(entry));
    }

    private void notifyEvicted(long number) {
        if (number >= 0) {
            for (EvictionListener each : evictionListeners) {
                each.evicted(number);
            }
        }
    }

    /** Returns whether the feed had only the newest message of each channel when it was created. */
    boolean beginsWithNewest() {
        return conflation != null || historyFrom == Since.Point.LATEST;
    }

    /** Returns whether a newer message of a channel replaces the older one. */
    public boolean isConflated() {
        return conflation != null;
    }

    /** Returns how many messages are lost when a cursor moves from one number to another, or {@link Gap#UNKNOWN}. */
    public long missedBetween(long from, long to) {
        if (from >= to) {
            return 0;
        }
        if (ring.hasLossBetween(from, to)) {
            return Gap.UNKNOWN;
        }
        return conflation == null ? to - from : 0;
    }

    /** Returns the number of messages. */
    int messages() {
        return ring.messages();
    }

    void add(ChannelLog log) {
        logs.add(log);
        Entry newest = log.newest();
        watermark.raise(log.watermark);
        if (conflation != null && assembler == null && newest != null) {
            conflation.emitInitial(newest, this);
        }
    }

    void removeChannel(ChannelLog log) {
        logs.remove(log);
    }

    /** Returns the memory of this feed, without the messages, in bytes. */
    long cost() {
        return discarded
                ? 0
                : Ring.SLOT_BYTES * (ring.end() - ring.first()) + (assembler == null ? 0 : assembler.cost());
    }

    // ---- subscribers

    int subscribers() {
        return subscribers;
    }

    FeedListener.Group listeners() {
        return listeners;
    }

    /** Returns whether the feed has subscribers, or is kept for one. */
    boolean isInUse() {
        return subscribers > 0 || reservations > 0;
    }

    /** Keeps the feed, which may have no subscribers yet. */
    void reserve() {
        reservations++;
    }

    /** Reverses {@link #reserve}. */
    void release() {
        reservations--;
    }

    /** Increments the number of subscribers. */
    void addSubscriber() {
        subscribers++;
    }

    /** Decrements the number of subscribers. */
    void removeSubscriber() {
        subscribers--;
    }

    public void add(FeedListener listener) {
        listeners = listeners.with(listener);
    }

    public void remove(FeedListener listener) {
        listeners = listeners.without(listener);
    }

    public void add(EvictionListener listener) {
        evictionListeners.add(listener);
    }

    public void remove(EvictionListener listener) {
        evictionListeners.remove(listener);
    }

    void close() {
        evictionListeners.forEach(EvictionListener::closed);
    }
}
