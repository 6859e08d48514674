package dev.ginkgo.hub.log;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Linked list of all messages of a store in order of arrival, across channels. Guarded by the store. */
final class ArrivalList {
    private static final int MAX_BOOKMARKS = 8;

    private @Nullable Entry oldest;
    private @Nullable Entry newest;

    // resume points of readers that traverse the list in chunks, by arrival number
    private final Map<Long, Entry> bookmarks = new LinkedHashMap<>(0);

    @Nullable
    Entry oldest() {
        return oldest;
    }

    void add(Entry entry) {
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
    }

    /** Returns the first entry after an arrival number, or null. */
    @Nullable
    Entry after(long arrival) {
        Entry bookmarked = bookmarks.get(arrival);
        Entry next = bookmarked == null ? oldest : bookmarked.newer;
        while (next != null && next.arrival <= arrival) {
            next = next.newer;
        }
        return next;
    }

    /** Remembers an entry from which a reader will resume, so that {@link #after} finds it without a scan. */
    void bookmark(Entry entry) {
        bookmarks.put(entry.arrival, entry);
        if (bookmarks.size() > MAX_BOOKMARKS) {
            bookmarks.remove(bookmarks.keySet().iterator().next());
        }
    }

    void remove(Entry entry) {
        if (!bookmarks.isEmpty()) {
            bookmarks.remove(entry.arrival);
        }
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
    }

    void clear() {
        oldest = null;
        newest = null;
        bookmarks.clear();
    }
}
