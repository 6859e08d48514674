package dev.ginkgo.hub;

import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The feeds of a store in the framings in which connections read them, and the groups of these connections. A view is
 * made for the first reader of a framing, and closed after the last. Any thread.
 */
final class EncodedFeeds {
    private final Store store;
    private final Slabs slabs;

    // guarded by the store
    private final Map<Feed, Map<Framing, View>> views = new HashMap<>();

    /** Begins with nothing; what is encoded counts in the store's budget. */
    EncodedFeeds(Store store, ByteBufAllocator allocator) {
        this.store = store;
        this.slabs = new Slabs(allocator);
        store.setCache(slabs);
    }

    /**
     * Counts a connection in.
     *
     * @throws RefusedException if the channel cannot be made, or the pattern is one too many
     */
    Place join(Wish wish, Framing framing, Loop loop) {
        synchronized (store) {
            Cursor cursor = store.openCursor(wish);
            View view = views.computeIfAbsent(cursor.feed, _ -> new EnumMap<>(Framing.class))
                    .computeIfAbsent(framing, _ -> open(cursor.feed, framing));
            Group group = view.groups.get(loop);
            if (group == null) {
                group = new Group(view, loop);
                view.groups.put(loop, group);
                cursor.feed.add(group);
            }
            group.members++;
            return new Place(group, cursor);
        }
    }

    private View open(Feed feed, Framing framing) {
        View view = new View(store, slabs, feed, framing);
        feed.add(view);
        return view;
    }

    /** Counts a connection out. */
    void leave(Group group, Cursor cursor) {
        synchronized (store) {
            if (--group.members == 0) {
                end(group);
            }
            store.closeCursor(cursor);
        }
    }

    private void end(Group group) {
        View view = group.view;
        view.feed.remove(group);
        view.groups.remove(group.loop);
        if (view.groups.isEmpty()) {
            view.feed.remove(view);
            view.closed();
            views.computeIfPresent(view.feed, (_, framings) -> {
                framings.remove(view.framing);
                return framings.isEmpty() ? null : framings;
            });
        }
    }
}
