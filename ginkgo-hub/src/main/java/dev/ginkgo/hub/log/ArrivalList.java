package dev.ginkgo.hub.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Linked list of all messages of a store in order of arrival, across channels. Guarded by the store. */
final class ArrivalList {
    private static final int MAX_BOOKMARKS = 8;

    private @Nullable Entry oldest;
    private @Nullable Entry newest;

    // resume points of readers that traverse the list in chunks, by arrival number
    private final Map<Long, Entry> bookmarks = new LinkedHashMap<>(0);

    private final List<Reader> readers = new ArrayList<>(0);

    /** Reads the entries from the oldest on. It may be kept while entries are added and removed. */
    final class Reader implements AutoCloseable {
        private @Nullable Entry last;

        private Reader() {}

        /** Returns the next entry, or null if there is none yet. */
        @Nullable
        Entry next() {
            Entry next = last == null ? oldest : last.newer;
            if (next != null) {
                last = next;
            }
            return next;
        }

        private void removed(Entry entry) {
            if (entry.equals(last)) {
                last = entry.older;
            }
        }

        @Override
        public void close() {
            readers.remove(this);
        }
    }

    /** Opens a reader, which the caller closes. */
    Reader openReader() {
        Reader reader = new Reader();
        readers.add(reader);
        return reader;
    }

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
        readers.forEach(reader -> reader.removed(entry));
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
