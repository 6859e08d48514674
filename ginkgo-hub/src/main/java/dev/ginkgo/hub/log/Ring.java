package dev.ginkgo.hub.log;

import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ring buffer of messages in order of arrival. Slots are numbered from 0, and numbers never change. Any message may be
 * removed; its slot stays empty. A recorded loss of unknown size takes an empty slot as well. Guarded by the store.
 */
final class Ring {
    /** Memory of a slot, in bytes. */
    static final int SLOT_BYTES = 16;

    private static final int MIN_CAPACITY = 4;

    // slot n is at index n modulo the length, which is a power of two
    private @Nullable Entry[] entries = new @Nullable Entry[MIN_CAPACITY];
    // bitwise complement of the arrival number if the slot records a loss
    private long[] arrivals = new long[MIN_CAPACITY];
    private long first;
    private long end;
    private int messages;
    // messages from unsortedEnd on are in order of their times, and none is older than an earlier message
    private long unsortedEnd;
    private long newestNanos;
    private long lastLoss = -1; // the last slot that records a loss
    private long lastLossBeforeFirst = -1; // the last slot before `first` that records a loss

    /** Returns the number of the oldest message; {@link #end} if there is none. */
    long first() {
        return first;
    }

    /** Returns the number of the next slot. */
    long end() {
        return end;
    }

    boolean isEmpty() {
        return first == end;
    }

    /** Returns the number of messages. */
    int messages() {
        return messages;
    }

    void append(Entry entry) {
        if (end - first == entries.length) {
            resize(entries.length * 2);
        }
        end++;
        messages++;
        entries[index(end - 1)] = entry;
        arrivals[index(end - 1)] = entry.arrival;
        if (messages > 1 && entry.nanos - newestNanos < 0) { // the age of a transferred message is approximate
            unsortedEnd = end;
        } else {
            newestNanos = entry.nanos;
        }
    }

    /** Records a loss in a slot that stays empty. */
    void appendLoss(long arrival) {
        lastLoss = end;
        if (isEmpty()) {
            lastLossBeforeFirst = end;
            end++;
            first = end;
            return;
        }
        if (end - first == entries.length) {
            resize(entries.length * 2);
        }
        end++;
        entries[index(end - 1)] = null;
        arrivals[index(end - 1)] = ~arrival;
    }

    /** Returns whether the last slot records a loss. */
    boolean endsWithLoss() {
        return lastLoss >= 0 && lastLoss == end - 1;
    }

    /**
     * Returns whether a loss is recorded in a range of slots.
     *
     * @param from inclusive; may be before the first slot
     * @param to exclusive; not before the first slot
     */
    boolean hasLossBetween(long from, long to) {
        if (lastLossBeforeFirst >= from) {
            return true;
        }
        for (long number = Math.max(from, first); number < to; number++) {
            if (isLoss(number)) {
                return true;
            }
        }
        return false;
    }

    private boolean isLoss(long number) {
        return arrivals[index(number)] < 0;
    }

    /** Returns the number of the newest message; {@link #end} if there is none. */
    long newest() {
        long number = end - 1;
        while (number >= first && entries[index(number)] == null) {
            number--;
        }
        return number < first ? end : number;
    }

    /** Returns the message with a number, or null if it has been removed or does not exist yet. */
    @Nullable
    Entry get(long number) {
        return number < first || number >= end ? null : entries[index(number)];
    }

    /** Adds the arrival numbers of the recorded losses to a set, and returns how many slots were examined. */
    int collectLosses(Set<Long> found) {
        if (lastLoss < first) {
            return 0;
        }
        for (long number = first; number <= lastLoss; number++) {
            if (isLoss(number)) {
                found.add(arrival(number));
            }
        }
        return (int) (lastLoss - first + 1);
    }

    /** Returns the first number, starting at {@code from}, that has a message; {@link #end} if there is none. */
    long nextPresent(long from) {
        long number = Math.max(from, first);
        while (number < end && entries[index(number)] == null) {
            number++;
        }
        return number;
    }

    /** Returns the number of the first message that is not older than a point in time; {@link #end} if there is none. */
    long firstSince(long moment) {
        for (long number = first; number < unsortedEnd; number++) {
            Entry entry = get(number);
            if (entry != null && entry.nanos - moment >= 0) {
                return number;
            }
        }
        return firstAfter(Math.max(first, unsortedEnd), entry -> entry.nanos - moment < 0);
    }

    /** Returns the number of the first message to which a predicate does not apply; {@link #end} if there is none. */
    long firstAfter(Predicate<Entry> prefix) {
        return firstAfter(first, prefix);
    }

    /**
     * Searches by halves.
     *
     * @param from the first number
     * @param prefix applies to the messages before the one that is searched for, and to none after it
     */
    private long firstAfter(long from, Predicate<Entry> prefix) {
        long low = from;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            long present = nextPresent(middle);
            Entry entry = present < high ? get(present) : null;
            if (entry != null && prefix.test(entry)) {
                low = present + 1;
            } else {
                high = middle;
            }
        }
        return nextPresent(low);
    }

    /** Removes a message, and returns its number; -1 if it is not present. */
    long remove(Entry entry) {
        long number = numberAt(entry.arrival);
        if (number >= end || entries[index(number)] != entry) {
            return -1;
        }
        entries[index(number)] = null;
        messages--;
        if (number == first) {
            advanceFirst(nextPresent(first));
        }
        if (entries.length > 16 * MIN_CAPACITY && end - first < entries.length / 4) {
            resize(entries.length / 2);
        }
        return number;
    }

    /** Removes a message and records it as lost; returns its number, or -1 if it is not present. */
    long removeAsLost(Entry entry) {
        long number = numberAt(entry.arrival);
        if (get(number) == entry) {
            arrivals[index(number)] = ~entry.arrival;
        }
        return remove(entry);
    }

    private void advanceFirst(long newFirst) {
        for (; first < newFirst; first++) {
            if (isLoss(first)) {
                lastLossBeforeFirst = first;
            }
        }
    }

    /** Returns the first number whose arrival number is not less than the given one. */
    long numberAt(long arrival) {
        if (first < end && arrival(first) >= arrival) {
            return first;
        }
        long low = first;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (arrival(middle) < arrival) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long arrival(long number) {
        long arrival = arrivals[index(number)];
        return arrival < 0 ? ~arrival : arrival;
    }

    private void resize(int length) {
        @Nullable Entry[] newEntries = new @Nullable Entry[length];
        long[] newArrivals = new long[length];
        for (long n = first; n < end; n++) {
            newEntries[(int) n & (length - 1)] = entries[index(n)];
            newArrivals[(int) n & (length - 1)] = arrivals[index(n)];
        }
        entries = newEntries;
        arrivals = newArrivals;
    }

    private int index(long number) {
        return (int) number & (entries.length - 1);
    }
}
