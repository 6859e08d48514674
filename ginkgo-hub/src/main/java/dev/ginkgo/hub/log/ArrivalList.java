package dev.ginkgo.hub.log;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All messages of a store, from the oldest to the newest, whatever their channel. Guarded by the store. */
final class ArrivalList {
    private static final int MAX_BOOKMARKS = 8;

    private @Nullable Entry oldest;
    private @Nullable Entry newest;

    // where those stopped who go through it piece by piece, by arrival
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

    /** The first that came after that arrival. */
    @Nullable
    Entry after(long arrival) {
        Entry marked = bookmarks.get(arrival);
        Entry next = marked == null ? oldest : marked.newer;
        while (next != null && next.arrival <= arrival) {
            next = next.newer;
        }
        return next;
    }

    /** Somebody will go on from there. */
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
