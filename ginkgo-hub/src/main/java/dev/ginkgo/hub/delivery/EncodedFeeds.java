package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.HubRejectedException;
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
    private final SlabCache slabs;

    // guarded by the store
    private final Map<Feed, Map<WireFormat, EncodedFeed>> views = new HashMap<>();

    /** Begins with nothing; what is encoded counts in the store's budget. */
    EncodedFeeds(Store store, ByteBufAllocator allocator) {
        this.store = store;
        this.slabs = new SlabCache(allocator);
        store.setCache(slabs);
    }

    /**
     * Counts a connection in.
     *
     * @throws HubRejectedException if the channel cannot be made, or the pattern is one too many
     */
    JoinResult join(SubscribeRequest wish, WireFormat framing, DeliveryLoop loop) {
        synchronized (store) {
            Cursor cursor = store.openCursor(wish);
            EncodedFeed view = views.computeIfAbsent(cursor.feed, _ -> new EnumMap<>(WireFormat.class))
                    .computeIfAbsent(framing, _ -> open(cursor.feed, framing));
            SubscriberGroup group = view.groups.get(loop);
            if (group == null) {
                group = new SubscriberGroup(view, loop);
                view.groups.put(loop, group);
                cursor.feed.add(group);
            }
            group.members++;
            return new JoinResult(group, cursor);
        }
    }

    private EncodedFeed open(Feed feed, WireFormat framing) {
        EncodedFeed view = new EncodedFeed(store, slabs, feed, framing);
        feed.add(view);
        return view;
    }

    /** Counts a connection out. */
    void leave(SubscriberGroup group, Cursor cursor) {
        synchronized (store) {
            if (--group.members == 0) {
                end(group);
            }
            store.closeCursor(cursor);
        }
    }

    private void end(SubscriberGroup group) {
        EncodedFeed view = group.view;
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
