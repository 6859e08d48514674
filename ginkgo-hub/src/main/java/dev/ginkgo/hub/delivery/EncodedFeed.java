package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.compression.Checksum;
import dev.ginkgo.hub.compression.CompressorPool;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.FrameEncoder;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.Replay;
import dev.ginkgo.hub.log.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A feed in one wire format, shared by all its subscribers. Each message is encoded once, by the first event loop that
 * needs it, into slabs. Slabs can be recreated, so they are evicted before messages are.
 *
 * <p>Encoding happens under a lock of the encoded feed, which only event loops acquire, and not under the store's lock,
 * so it never blocks a publisher.
 */
public final class EncodedFeed implements Feed.EvictionListener {
    private static final Logger LOG = LoggerFactory.getLogger(EncodedFeed.class);

    /** Maximum bytes of one write to a connection, unless a single message is larger. */
    public static final int MAX_BATCH_BYTES = 64 * 1024;

    private static final int MAX_SLAB_BYTES = 64 * 1024;

    /**
     * Maximum size of a slab whose messages are compressed together. A subscriber that resumes within a slab has the rest of it
     * compressed for itself, and shares the following slabs.
     */
    private static final int MAX_BLOCK_BYTES = 16 * 1024;

    private static final int MIN_SLAB_BYTES = 1024;

    /** Thrown if there is no memory for the frames of a batch. The position of the subscriber has not changed. */
    static final class NoMemoryException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NoMemoryException(OutOfMemoryError cause) {
            super("no memory for encoded messages", cause);
        }
    }

    final WireFormat wireFormat;
    final Feed feed;

    /** Guarded by the store. */
    final Map<DeliveryLoop, SubscriberGroup> groups = new HashMap<>(2);

    private final Store store;
    private final SlabCache slabCache;
    private final CompressorPool compressors;
    private final boolean singleChannel;
    final int maxSlabBytes;

    // guarded by encodeLock
    private final Object encodeLock = new Object();
    private @Nullable ByteBuf body; // of messages that are not copied directly into their frames
    private int slabSize = MIN_SLAB_BYTES;
    private long compressedParts;

    // guarded by the store: slabs by the number of their first message; they do not overlap, and may have gaps between
    // them
    private final TreeMap<Long, Slab> slabs = new TreeMap<>();
    private @Nullable Slab newest; // the last of these, which nearly every look-up finds
    private boolean closed;

    /** Created under the store's lock. */
    EncodedFeed(Store store, SlabCache slabCache, CompressorPool compressors, Feed feed, WireFormat wireFormat) {
        this.store = store;
        this.slabCache = slabCache;
        this.compressors = compressors;
        this.maxSlabBytes = wireFormat.compressesBlocks() ? MAX_BLOCK_BYTES : MAX_SLAB_BYTES;
        this.feed = feed;
        this.wireFormat = wireFormat;
        this.singleChannel = feed.channelSelector.isChannel();
    }

    /** Returns the number of the next message to arrive. */
    long end() {
        synchronized (store) {
            return feed.nextArrival();
        }
    }

    /** Returns the id of the current end: the position of a subscriber that has received everything. */
    String endId() {
        synchronized (store) {
            return store.endId();
        }
    }

    /**
     * Returns the next batch, which the caller closes. Called by event loops.
     *
     * @param replay filter for older messages; null if every message from the position on is wanted
     * @param onlyPinned whether to return only messages that pending writes retain in memory
     * @throws NoMemoryException if messages cannot be encoded for lack of memory
     */
    Batch nextBatch(long position, @Nullable Replay replay, boolean onlyPinned) {
        synchronized (encodeLock) {
            Batch plain;
            EncodePlan encodePlan = null;
            while (true) {
                synchronized (store) {
                    if (encodePlan != null) {
                        add(encodePlan);
                    }
                    BatchBuilder batchBuilder = new BatchBuilder(feed, this, replay, onlyPinned);
                    batchBuilder.scanFrom(position);
                    // a batch is built right after encoding, before the new slabs can be evicted
                    if (closed || batchBuilder.unencoded < 0 || (encodePlan != null && batchBuilder.hasMessages())) {
                        Batch batch = batchBuilder.build(closed);
                        if (encodePlan != null) {
                            store.evictExpired();
                        }
                        plain = batch;
                        break;
                    }
                    encodePlan = new EncodePlan(feed, slabBefore(batchBuilder.unencoded));
                    encodePlan.plan(batchBuilder.unencoded, replay, this);
                }
                encode(encodePlan);
            }
            return wireFormat.compressesBlocks() ? compress(plain) : plain;
        }
    }

    /** Notes that a slab counts towards the store's budget again. Called without the store's lock. */
    void slabUnpinned() {
        store.evictExpired();
    }

    private void encode(EncodePlan encodePlan) {
        boolean completed = false;
        try {
            for (EncodePlan.Item item : encodePlan.items()) {
                try {
                    encode(item, encodePlan);
                } catch (RuntimeException e) {
                    LOG.error("cannot encode message {}; its subscribers receive a gap", item.message, e);
                    encodeGap(item, encodePlan);
                }
            }
            completed = true;
        } catch (OutOfMemoryError e) {
            throw new NoMemoryException(e);
        } finally {
            if (body != null && body.capacity() > MAX_BATCH_BYTES) {
                body = null; // grown by a large message; do not keep it
            }
            if (!completed) {
                synchronized (store) {
                    add(encodePlan);
                }
            }
        }
    }

    private void encode(EncodePlan.Item item, EncodePlan encodePlan) {
        int length = wireFormat.plainLength(item.message, singleChannel);
        if (length >= 0) {
            Slab slab = slabFor(item, length + FrameEncoder.OVERHEAD, encodePlan);
            wireFormat.encodePlain(item.message, singleChannel, length, slab.buffer());
            encodePlan.frameEncoded(item, slab);
            return;
        }
        ByteBuf encoded = body == null ? Unpooled.buffer() : body.clear();
        body = encoded;
        wireFormat.encodeBody(item.message, feed.channelSelector, encoded);
        if (wireFormat.compressesMessage(encoded)) {
            encodeCompressed(item, encoded, encodePlan);
        } else {
            Slab slab = slabFor(item, encoded.readableBytes() + FrameEncoder.OVERHEAD, encodePlan);
            wireFormat.encodeFrame(item.message, singleChannel, encoded, slab.buffer());
            encodePlan.frameEncoded(item, slab);
        }
    }

    private void encodeCompressed(EncodePlan.Item item, ByteBuf encoded, EncodePlan encodePlan) {
        compressors.use(compressor -> {
            ByteBuf compressed = wireFormat.compressBody(encoded, compressor);
            ByteBuf shorter = compressed == null ? encoded : compressed;
            Slab slab = slabFor(item, shorter.readableBytes() + FrameEncoder.OVERHEAD, encodePlan);
            if (compressed == null) {
                wireFormat.encodeFrame(item.message, singleChannel, encoded, slab.buffer());
            } else {
                wireFormat.encodeCompressedFrame(item.message, singleChannel, compressed, slab.buffer());
            }
            encodePlan.frameEncoded(item, slab);
        });
    }

    /** Returns a batch in compressed blocks, and closes the plain one. */
    private Batch compress(Batch plain) {
        List<Batch.Part> parts = new ArrayList<>(plain.parts().size());
        Batch compressed = plain.withParts(parts);
        boolean completed = false;
        long before = compressedParts;
        try (plain) {
            for (Batch.Part part : plain.parts()) {
                parts.add(compress(part));
            }
            if (compressedParts != before) {
                synchronized (store) {
                    store.evictExpired();
                }
            }
            completed = true;
            return compressed;
        } catch (OutOfMemoryError e) {
            throw new NoMemoryException(e);
        } finally {
            if (!completed) {
                compressed.close();
            }
        }
    }

    private Batch.Part compress(Batch.Part part) {
        synchronized (store) {
            Slab cached = part.slab().compressed(part.from(), part.to());
            if (cached != null) {
                return cached.retainedPart();
            }
        }
        Checksum checksum = Checksum.of(part.frames());
        Slab slab = compressors.apply(compressor -> {
            ByteBuf block = compressor.compress(part.frames());
            ByteBuf bytes = slabCache.allocate(wireFormat.blockLength(block));
            wireFormat.encodeBlock(block, bytes);
            return new Slab(part, bytes, checksum);
        });
        compressedParts++;
        Batch.Part compressed = slab.retainedPart();
        synchronized (store) {
            if (slabs.get(part.slab().first) == part.slab()) {
                slabCache.add(slab);
                Slab oldest = part.slab().addCompressed(slab);
                if (oldest != null) {
                    release(oldest);
                }
            } else {
                slab.release(); // its messages have been evicted; only this batch retains it
            }
        }
        return compressed;
    }

    private Slab slabFor(EncodePlan.Item item, int needed, EncodePlan encodePlan) {
        Slab slab = encodePlan.slabFor(item.number, needed);
        return slab != null
                ? slab
                : encodePlan.startSlab(new Slab(
                        this, slabCache.allocate(sizeFor(needed, item.room())), item.number, slabCache.pinnedMemory()));
    }

    /** Encodes a gap in place of a message. */
    private void encodeGap(EncodePlan.Item item, EncodePlan encodePlan) {
        encodePlan.discardPartialFrame();
        ByteBuf gap =
                wireFormat.encodeEvent(new ControlEvent.MissedMessages(1, item.message.id()), feed.channelSelector);
        Slab slab = slabFor(item, gap.readableBytes(), encodePlan);
        slab.buffer().writeBytes(gap);
        encodePlan.frameEncoded(item, slab);
    }

    /**
     * Returns the size of a new slab. A large message gets its own; slabs for small messages start small and grow, to
     * save memory on quiet channels.
     */
    private int sizeFor(int needed, long room) {
        if (needed > maxSlabBytes / 4 || room < slabSize) {
            return (int) Math.max(needed, Math.min(room, maxSlabBytes));
        }
        int size = slabSize;
        while (size < needed) {
            size *= 2;
        }
        slabSize = Math.min(maxSlabBytes, size * 2);
        return size;
    }

    private void add(EncodePlan encodePlan) {
        for (Slab newSlab : encodePlan.newSlabs()) {
            slabs.put(newSlab.first, newSlab);
            newest = newest == null || newest.first < newSlab.first ? newSlab : newest;
            slabCache.add(newSlab);
        }
        encodePlan.finish();
        encodePlan.touchedSlabs().forEach(slab -> {
            if (closed || slab.liveMessages == 0) {
                release(slab);
            }
        });
    }

    // ---- under the store's lock

    /** Returns whether a batch contains the rest of each slab, so that subscribers come to share compressed slabs. */
    boolean endsBatchesWithSlabs() {
        return wireFormat.compressesBlocks();
    }

    /** Returns the slab that contains a message, or null. */
    @Nullable
    Slab slabAt(long number) {
        Slab last = newest;
        if (last == null || number >= last.first) {
            return last == null || last.end() <= number ? null : last;
        }
        Map.Entry<Long, Slab> entry = slabs.floorEntry(number);
        return entry == null || entry.getValue().end() <= number ? null : entry.getValue();
    }

    private @Nullable Slab slabBefore(long number) {
        Slab last = newest;
        if (last == null || number > last.first) {
            return last == null || last.end() < number ? null : last;
        }
        Map.Entry<Long, Slab> entry = slabs.lowerEntry(number);
        return entry == null || entry.getValue().end() < number ? null : entry.getValue();
    }

    /** Releases the slab of an evicted message when it contains no other retained message. */
    @Override
    public void evicted(long number) {
        Slab slab = slabAt(number);
        if (slab != null && --slab.liveMessages == 0 && !slab.beingFilled) {
            release(slab);
        }
    }

    /** Releases a slab that is not being filled. */
    void release(Slab slab) {
        if (slab.source == null) {
            slabs.remove(slab.first);
            newest = slab.equals(newest) ? last() : newest;
            slab.removeAllCompressed().forEach(slabCache::remove);
        } else {
            slab.source.removeCompressed(slab);
        }
        slabCache.remove(slab);
    }

    /** Releases all slabs. Those that are being filled are released when their encoding is complete. */
    @Override
    public void closed() {
        closed = true;
        slabs.values().removeIf(slab -> {
            if (slab.beingFilled) {
                return false;
            }
            slab.removeAllCompressed().forEach(slabCache::remove);
            slabCache.remove(slab);
            return true;
        });
        newest = last();
    }

    private @Nullable Slab last() {
        Map.Entry<Long, Slab> last = slabs.lastEntry();
        return last == null ? null : last.getValue();
    }
}
