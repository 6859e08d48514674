package dev.ginkgo.hub;

import org.jspecify.annotations.Nullable;

/** All messages of a store, from the oldest to the newest, whatever their channel. Guarded by the store. */
final class Line {
    private @Nullable Entry oldest;
    private @Nullable Entry newest;

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

    void remove(Entry entry) {
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
    }
}
