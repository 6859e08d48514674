package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.Gap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody reads: the messages of a channel, or those of several, merged in the order of their arrival; and who
 * reads them. Everything here is guarded by the store.
 */
public final class Feed {
    public final ChannelSelector channelSelector;

    /** Whether it is a channel's own. */
    final boolean singleChannel;

    final Set<ChannelLog> logs = new LinkedHashSet<>(1);

    private final Ring ring = new Ring();
    private final @Nullable Conflation conflation;
    private final List<EvictionListener> evictionListeners = new ArrayList<>(0);
    private Listeners listeners = Listeners.NONE;
    private int subscribers;
    private boolean joinedAtEnd; // by somebody who is to be told what is lost from now on

    private Feed(ChannelSelector channelSelector, boolean plain, @Nullable Conflation conflation) {
        this.singleChannel = plain;
        this.channelSelector = channelSelector;
        this.conflation = conflation;
    }

    /** The messages of one channel. */
    static Feed of(ChannelLog log) {
        Feed feed = new Feed(ChannelSelector.of(log.name), true, null);
        feed.logs.add(log);
        return feed;
    }

    /** The messages of many channels, without those that are there already. */
    static Feed of(ChannelSelector channelSelector) {
        return new Feed(channelSelector, false, null);
    }

    /** The newest of each channel, one at most in each period. */
    static Feed of(ChannelSelector channelSelector, Conflation conflation) {
        return new Feed(channelSelector, false, conflation);
    }

    // ---- messages

    /** The number of the oldest message that is left. */
    long first() {
        return ring.first();
    }

    /** The number that the next message will have. */
    public long end() {
        return ring.end();
    }

    public @Nullable Entry get(long number) {
        return ring.get(number);
    }

    /** The message after one that is here. */
    @Nullable
    Entry next(Entry entry) {
        return ring.get(ring.nextPresent(ring.numberAt(entry.arrival) + 1));
    }

    /** The first number from there on whose message is there; if there is none, the end. */
    public long nextPresent(long from) {
        return ring.nextPresent(from);
    }

    /** Adds a message; says whether there is something new to read. */
    boolean add(Entry entry) {
        if (conflation == null) {
            ring.append(entry);
            return true;
        }
        return conflation.offer(entry, this);
    }

    /** Begins with what its channels hold, and lack. */
    void addHistory() {
        List<Ring.Slot> history = new ArrayList<>();
        logs.forEach(log -> log.feed.ring.forEach(history::add));
        history.sort(Comparator.comparingLong(Ring.Slot::arrival));
        for (Ring.Slot slot : history) {
            Entry entry = slot.entry();
            if (entry != null) {
                ring.append(entry);
            } else if (!ring.endsWithLoss()) {
                ring.appendLoss(slot.arrival());
            }
        }
    }

    /** Shows what was held back for long enough; says whether there is something new to read. */
    boolean flush(long now) {
        return conflation != null && conflation.flush(now, this);
    }

    /**
     * Something was lost before it came here; whoever has read up to here is told so. What is lost right after something
     * else that was is the same gap: it takes no place, and who was told is told nothing more.
     *
     * @return whether there is somebody who may have to be told
     */
    boolean markLost(long arrival) {
        if (ring.endsWithLoss() && !joinedAtEnd) {
            return false;
        }
        joinedAtEnd = false;
        ring.appendLoss(arrival);
        return true;
    }

    /** Somebody begins with what comes next; of a loss before that he will not be told. */
    void joinedAtEnd() {
        joinedAtEnd = true;
    }

    /** The number of the newest message; if there is none, that of the next. */
    long newest() {
        return ring.newest();
    }

    /** Puts a message at the end. */
    void emit(Entry entry) {
        ring.append(entry);
    }

    /** The store lets go of a message. */
    void remove(Entry entry) {
        if (conflation == null) {
            removeEntry(entry);
        } else {
            conflation.remove(entry, this);
        }
    }

    /** Takes out what is shown of a channel; a newer one will be. */
    void retract(Entry shown) {
        removeEntry(shown);
    }

    /** Takes out what is shown of a channel; a reader who has not had it is told so. */
    void markLost(Entry shown) {
        notifyEvicted(ring.removeAsLost(shown));
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

    /** Whether an older message goes when a newer one of its channel comes. */
    public boolean isConflated() {
        return conflation != null;
    }

    /** How many messages a reader loses that goes on from one number to another; or that it loses some. */
    public long missedBetween(long from, long to) {
        if (from >= to) {
            return 0;
        }
        if (ring.hasLossBetween(from, to)) {
            return Gap.UNKNOWN;
        }
        return conflation == null ? to - from : 0;
    }

    /** How many messages there are. */
    int messages() {
        return ring.messages();
    }

    void add(ChannelLog log) {
        logs.add(log);
        Entry newest = log.newest();
        if (conflation != null && newest != null) {
            conflation.emitInitial(newest, this);
        }
    }

    void removeChannel(ChannelLog log) {
        logs.remove(log);
    }

    /** What this takes besides the messages, in bytes. */
    long cost() {
        return Ring.SLOT_BYTES * (ring.end() - ring.first());
    }

    // ---- readers

    int subscribers() {
        return subscribers;
    }

    Listeners listeners() {
        return listeners;
    }

    /** How many encodings of it there are. */
    int encodings() {
        return evictionListeners.size();
    }

    /** Counts a reader in. */
    void addSubscriber() {
        subscribers++;
    }

    /** Counts a reader out. */
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

    /** The listeners that are to be notified when there is something new; never changed. */
    record Listeners(List<FeedListener> all) {
        static final Listeners NONE = new Listeners(List.of());

        /** There is something new for all of these. Without any lock. */
        static void appended(List<Listeners> told) {
            for (Listeners audience : told) {
                for (FeedListener listener : audience.all) {
                    listener.appended();
                }
            }
            told.forEach(Listeners::wake);
        }

        /** Wakes all of them. */
        void wake() {
            all.forEach(FeedListener::wake);
        }

        private Listeners with(FeedListener listener) {
            List<FeedListener> more = new ArrayList<>(all.size() + 1);
            more.addAll(all);
            more.add(listener);
            return new Listeners(List.copyOf(more));
        }

        @SuppressWarnings("ReferenceEquality") // this very listener
        private Listeners without(FeedListener listener) {
            return new Listeners(all.stream().filter(each -> each != listener).toList());
        }
    }
}
