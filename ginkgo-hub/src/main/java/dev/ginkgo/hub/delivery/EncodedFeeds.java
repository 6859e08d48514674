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
    private final SlabCache slabCache;

    // guarded by the store
    private final Map<Feed, Map<WireFormat, EncodedFeed>> views = new HashMap<>();

    /** Begins with nothing; what is encoded counts in the store's budget. */
    EncodedFeeds(Store store, ByteBufAllocator allocator) {
        this.store = store;
        this.slabCache = new SlabCache(allocator);
        store.setCache(slabCache);
    }

    /**
     * Counts a connection in.
     *
     * @throws HubRejectedException if the channel cannot be made, or the pattern is one too many
     */
    JoinResult join(SubscribeRequest subscribeRequest, WireFormat wireFormat, DeliveryLoop deliveryLoop) {
        synchronized (store) {
            Cursor cursor = store.openCursor(subscribeRequest);
            EncodedFeed encodedFeed = views.computeIfAbsent(cursor.feed, _ -> new EnumMap<>(WireFormat.class))
                    .computeIfAbsent(wireFormat, _ -> open(cursor.feed, wireFormat));
            SubscriberGroup subscriberGroup = encodedFeed.groups.get(deliveryLoop);
            if (subscriberGroup == null) {
                subscriberGroup = new SubscriberGroup(encodedFeed, deliveryLoop);
                encodedFeed.groups.put(deliveryLoop, subscriberGroup);
                cursor.feed.add(subscriberGroup);
            }
            subscriberGroup.subscribers++;
            return new JoinResult(subscriberGroup, cursor);
        }
    }

    private EncodedFeed open(Feed feed, WireFormat wireFormat) {
        EncodedFeed encodedFeed = new EncodedFeed(store, slabCache, feed, wireFormat);
        feed.add(encodedFeed);
        return encodedFeed;
    }

    /** Counts a connection out. */
    void leave(SubscriberGroup subscriberGroup, Cursor cursor) {
        synchronized (store) {
            if (--subscriberGroup.subscribers == 0) {
                end(subscriberGroup);
            }
            store.closeCursor(cursor);
        }
    }

    private void end(SubscriberGroup subscriberGroup) {
        EncodedFeed encodedFeed = subscriberGroup.encodedFeed;
        encodedFeed.feed.remove(subscriberGroup);
        encodedFeed.groups.remove(subscriberGroup.deliveryLoop);
        if (encodedFeed.groups.isEmpty()) {
            encodedFeed.feed.remove(encodedFeed);
            encodedFeed.closed();
            views.computeIfPresent(encodedFeed.feed, (_, framings) -> {
                framings.remove(encodedFeed.wireFormat);
                return framings.isEmpty() ? null : framings;
            });
        }
    }
}
