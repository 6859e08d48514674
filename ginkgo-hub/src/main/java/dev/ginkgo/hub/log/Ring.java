package dev.ginkgo.hub.log;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ring buffer of messages in order of arrival. Slots are numbered from 0, and numbers never change. Any message may be
 * removed; its slot stays empty. A recorded loss of unknown size takes an empty slot as well. Guarded by the store.
 *
 * <p>A long ring consists of pages, so that it grows and shrinks without copying more than one page of slots.
 */
final class Ring {
    /** Memory of a slot, in bytes. */
    static final int SLOT_BYTES = 16;

    private static final int MIN_CAPACITY = 4;

    private static final int PAGE_SHIFT = 12;

    /** Slots of a page. A single page may be shorter. */
    static final int PAGE_SLOTS = 1 << PAGE_SHIFT;

    /** Slots whose length is a power of two: slot n is at index n modulo the length. */
    private static final class Page {
        static final Page NONE = new Page(0);

        final @Nullable Entry[] entries;
        // bitwise complement of the arrival number if the slot records a loss
        final long[] arrivals;
        int messages;
        int losses;

        Page(int slots) {
            entries = new @Nullable Entry[slots];
            arrivals = new long[slots];
        }

        int slots() {
            return arrivals.length;
        }

        int index(long number) {
            return (int) number & (arrivals.length - 1);
        }

        void set(long number, @Nullable Entry entry, long arrival) {
            int index = index(number);
            messages += (entry == null ? 0 : 1) - (entries[index] == null ? 0 : 1);
            losses += (arrival < 0 ? 1 : 0) - (arrivals[index] < 0 ? 1 : 0);
            entries[index] = entry;
            arrivals[index] = arrival;
        }
    }

    // slot n is on page n / PAGE_SLOTS modulo the number of pages, which is a power of two; the first and the last
    // slots may
    // share a page. Pages without slots in use may be NONE.
    private Page[] pages = {new Page(MIN_CAPACITY)};
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
        addSlot(entry, entry.arrival);
        messages++;
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
        addSlot(null, ~arrival);
    }

    /** Records a loss in a slot that stays empty, also if the ring is empty. */
    void appendLossSlot(long arrival) {
        lastLoss = end;
        addSlot(null, ~arrival);
    }

    /** Adds the empty slots of messages that were evicted. Takes no time if the ring is empty. */
    void appendEvicted(long count, long arrival) {
        if (isEmpty()) {
            end += count;
            first = end;
            return;
        }
        for (long i = 0; i < count; i++) {
            addSlot(null, arrival);
        }
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
            if (page(number).losses == 0) {
                number = lastOfPage(number);
            } else if (isLoss(number)) {
                return true;
            }
        }
        return false;
    }

    private static long lastOfPage(long number) {
        return number | (PAGE_SLOTS - 1);
    }

    private static long firstOfPage(long number) {
        return number & -PAGE_SLOTS;
    }

    /** Returns whether a slot, which must be in use, records a loss. */
    boolean isLoss(long number) {
        Page page = page(number);
        return page.arrivals[page.index(number)] < 0;
    }

    private @Nullable Entry entry(long number) {
        Page page = page(number);
        return page.entries[page.index(number)];
    }

    /** Returns the number of the newest message; {@link #end} if there is none. */
    long newest() {
        long number = end - 1;
        while (number >= first && entry(number) == null) {
            number = page(number).messages == 0 ? firstOfPage(number) - 1 : number - 1;
        }
        return number < first ? end : number;
    }

    /** Returns the message with a number, or null if it has been removed or does not exist yet. */
    @Nullable
    Entry get(long number) {
        return number < first || number >= end ? null : entry(number);
    }

    /** Returns the first number, starting at {@code from}, that has a message; {@link #end} if there is none. */
    long nextPresent(long from) {
        long number = Math.max(from, first);
        while (number < end && entry(number) == null) {
            number = page(number).messages == 0 ? lastOfPage(number) + 1 : number + 1;
        }
        return Math.min(number, Math.max(from, end));
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
        return remove(entry, entry.arrival);
    }

    /** Removes a message and records it as lost; returns its number, or -1 if it is not present. */
    long removeAsLost(Entry entry) {
        return remove(entry, ~entry.arrival);
    }

    private long remove(Entry entry, long slotArrival) {
        long number = numberAt(entry.arrival);
        if (number >= end || entry(number) != entry) {
            return -1;
        }
        page(number).set(number, null, slotArrival);
        messages--;
        if (number == first) {
            advanceFirst(nextPresent(first));
        }
        if (capacity() > 16 * MIN_CAPACITY && end - first < capacity() / 4) {
            resize(capacity() / 2);
        }
        return number;
    }

    private void advanceFirst(long newFirst) {
        while (first < newFirst) {
            long last = Math.min(newFirst - 1, lastOfPage(first));
            for (long number = last; number >= first && page(first).losses > 0; number--) {
                if (isLoss(number)) {
                    lastLossBeforeFirst = number;
                    break;
                }
            }
            boolean endOfPage = last == lastOfPage(last);
            if (endOfPage && pages.length > 1 && pageIndex(last) != pageIndex(end - 1)) {
                pages[pageIndex(last)] = Page.NONE;
            }
            first = last + 1;
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

    /** Returns the arrival number of the message or loss in a slot, which must be in use. */
    long arrival(long number) {
        Page page = page(number);
        long arrival = page.arrivals[page.index(number)];
        return arrival < 0 ? ~arrival : arrival;
    }

    // ---- pages

    private int capacity() {
        return pages.length == 1 ? pages[0].slots() : pages.length * PAGE_SLOTS;
    }

    private int pageIndex(long number) {
        return (int) (number >>> PAGE_SHIFT) & (pages.length - 1);
    }

    private Page page(long number) {
        return pages[pageIndex(number)];
    }

    private void addSlot(@Nullable Entry entry, long arrival) {
        if (end - first == capacity()) {
            resize(capacity() * 2);
        }
        if (page(end).slots() == 0) {
            pages[pageIndex(end)] = new Page(PAGE_SLOTS);
        }
        page(end).set(end, entry, arrival);
        end++;
    }

    /** Changes the capacity, which is twice or half as large, and at least as large as the number of slots in use. */
    private void resize(int capacity) {
        if (capacity <= PAGE_SLOTS) {
            Page page = new Page(capacity);
            copy(first, end, page);
            pages = new Page[] {page};
            return;
        }
        Page[] newPages = new Page[capacity / PAGE_SLOTS];
        Arrays.fill(newPages, Page.NONE);
        for (long from = first; from < end; from = (from / PAGE_SLOTS + 1) * PAGE_SLOTS) {
            int newIndex = (int) (from >>> PAGE_SHIFT) & (newPages.length - 1);
            if (from > first && page(from) == page(first)) {
                // the last slots in use share a page with the first ones, which keep it
                newPages[newIndex] = new Page(PAGE_SLOTS);
                copy(from, end, newPages[newIndex]);
                for (long number = from; number < end; number++) {
                    page(number).set(number, null, 0);
                }
            } else {
                newPages[newIndex] = page(from);
            }
        }
        pages = newPages;
    }

    private void copy(long from, long to, Page target) {
        for (long number = from; number < to; number++) {
            Page page = page(number);
            target.set(number, entry(number), page.arrivals[page.index(number)]);
        }
    }
}
