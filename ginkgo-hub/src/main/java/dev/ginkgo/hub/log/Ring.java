package dev.ginkgo.hub.log;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages in the order of their arrival, by numbers from 0 that never change. Any of them may go; its number stays empty.
 * So does that of a place where something was lost, nobody knows how much. Guarded by the store.
 */
final class Ring {
    /** What a place takes, in bytes. */
    static final int SLOT_BYTES = 16;

    private static final int MIN_CAPACITY = 4;

    /** Where a message is; or something was lost, if there is none. */
    record Slot(long arrival, @Nullable Entry entry) {}

    // message n lies at n modulo the length, a power of two
    private @Nullable Entry[] entries = new @Nullable Entry[MIN_CAPACITY];
    private long[] arrivals = new long[MIN_CAPACITY]; // inverted, if something was lost there
    private long first;
    private long end;
    private int messages;
    private long lastLoss = -1; // the last place that never had a message
    private long lastLossBeforeFirst = -1; // of those before the first, the last where something was lost

    /** The number of the oldest message; if there is none, that of the next. */
    long first() {
        return first;
    }

    /** The number that the next message will have. */
    long end() {
        return end;
    }

    boolean isEmpty() {
        return first == end;
    }

    /** How many messages are here. */
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
    }

    /** Something was lost: leaves a place empty for ever. */
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

    /** Whether nothing has come since something was lost. */
    boolean endsWithLoss() {
        return lastLoss >= 0 && lastLoss == end - 1;
    }

    /** Whether something was lost from one number on, up to another one that is not before the first. */
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

    /** The number of the newest message; if there is none, that of the next. */
    long newest() {
        long number = end - 1;
        while (number >= first && entries[index(number)] == null) {
            number--;
        }
        return number < first ? end : number;
    }

    /** The message of that number, unless it is gone or still to come. */
    @Nullable
    Entry get(long number) {
        return number < first || number >= end ? null : entries[index(number)];
    }

    /** From the oldest message on, without those that have gone. */
    void forEach(Consumer<Slot> action) {
        for (long number = first; number < end; number++) {
            Entry entry = get(number);
            if (entry != null || isLoss(number)) {
                action.accept(new Slot(arrival(number), entry));
            }
        }
    }

    /** The first number from there on that has a message; if there is none, the next. */
    long nextPresent(long from) {
        long number = Math.max(from, first);
        while (number < end && entries[index(number)] == null) {
            number++;
        }
        return number;
    }

    /** Takes a message out, and says which number it had; -1 if it is not here. */
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

    /** The same, and it is as lost as what never came. */
    long removeAsLost(Entry entry) {
        long number = numberAt(entry.arrival);
        if (get(number) == entry) {
            arrivals[index(number)] = ~entry.arrival;
        }
        return remove(entry);
    }

    private void advanceFirst(long now) {
        for (; first < now; first++) {
            if (isLoss(first)) {
                lastLossBeforeFirst = first;
            }
        }
    }

    /** The number of the first place whose message did not come before that one. */
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
        @Nullable Entry[] moved = new @Nullable Entry[length];
        long[] movedArrivals = new long[length];
        for (long n = first; n < end; n++) {
            moved[(int) n & (length - 1)] = entries[index(n)];
            movedArrivals[(int) n & (length - 1)] = arrivals[index(n)];
        }
        entries = moved;
        arrivals = movedArrivals;
    }

    private int index(long number) {
        return (int) number & (entries.length - 1);
    }
}
