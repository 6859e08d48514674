package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.compression.CompressorPool;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.FeedReservation;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The encoded feeds of a store, and the groups of connections that read them. An encoded feed is created for the first
 * subscriber of a wire format, and closed after the last. Thread-safe.
 */
final class EncodedFeeds {
    private final Store store;
    private final SlabCache slabCache;
    private final CompressorPool compressors = new CompressorPool();

    // guarded by the store
    private final Map<Feed, Map<WireFormat, EncodedFeed>> encodedFeeds = new HashMap<>();

    /** Creates an empty set. Encoded frames count towards the store's budget. */
    EncodedFeeds(Store store, ByteBufAllocator allocator, PinnedMemory pinnedMemory) {
        this.store = store;
        this.slabCache = new SlabCache(allocator, pinnedMemory);
        store.setCache(slabCache);
    }

    /**
     * Adds a connection to the group for its feed, wire format and event loop.
     *
     * @throws HubRejectedException if the limit for channels or patterns is reached, or the store is closed
     */
    JoinResult join(SubscribeRequest subscribeRequest, WireFormat wireFormat, DeliveryLoop deliveryLoop) {
        try (FeedReservation reservation = store.reserve(subscribeRequest)) {
            return join(reservation, wireFormat, deliveryLoop);
        }
    }

    private JoinResult join(FeedReservation reservation, WireFormat wireFormat, DeliveryLoop deliveryLoop) {
        synchronized (store) {
            Cursor cursor = store.openCursor(reservation);
            EncodedFeed encodedFeed = encodedFeeds
                    .computeIfAbsent(cursor.feed, _ -> new EnumMap<>(WireFormat.class))
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
        EncodedFeed encodedFeed = new EncodedFeed(store, slabCache, compressors, feed, wireFormat);
        feed.add(encodedFeed);
        slabCache.feedOpened();
        return encodedFeed;
    }

    /** Releases the memory for compression. */
    void close() {
        compressors.close();
    }

    /** Removes a connection from its group. */
    void leave(SubscriberGroup subscriberGroup, Cursor cursor) {
        synchronized (store) {
            if (--subscriberGroup.subscribers == 0) {
                remove(subscriberGroup);
            }
        }
        store.closeCursor(cursor);
    }

    private void remove(SubscriberGroup subscriberGroup) {
        EncodedFeed encodedFeed = subscriberGroup.encodedFeed;
        encodedFeed.feed.remove(subscriberGroup);
        encodedFeed.groups.remove(subscriberGroup.deliveryLoop);
        if (encodedFeed.groups.isEmpty()) {
            encodedFeed.feed.remove(encodedFeed);
            encodedFeed.closed();
            slabCache.feedClosed();
            encodedFeeds.computeIfPresent(encodedFeed.feed, (_, byFormat) -> {
                byFormat.remove(encodedFeed.wireFormat);
                return byFormat.isEmpty() ? null : byFormat;
            });
        }
    }
}
