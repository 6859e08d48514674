package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chunk of a snapshot for state transfer: retained messages of a node in its order of arrival. Unlike a {@link
 * RangeResponse}, it contains messages of all origins and their incarnations.
 *
 * @param after the requested arrival number, after which the chunk starts; 0 for the first chunk
 * @param items the messages; at most about {@link RangeResponse#MAX_BYTES}, but at least one message if there is one
 * @param through arrival number of the last message, from which to request the next chunk
 * @param lost messages up to a position of each origin that the sender could not transfer; any channel may lack some of
 *     them
 * @param end present in the last chunk; later messages are received through normal replication, after its positions
 */
public record SnapshotChunk(
        long after, List<Item> items, long through, Map<NodeIncarnation, Long> lost, Optional<End> end) {

    public SnapshotChunk {
        items = List.copyOf(items);
        lost = Map.copyOf(lost);
        if (after < 0 || through < after) {
            throw new IllegalArgumentException("invalid snapshot chunk: from " + after + " to " + through);
        }
    }

    /**
     * A retained message.
     *
     * @param message the message
     * @param ageMillis how long the sender has had it, in milliseconds
     * @param evicted if it is the oldest retained message of its channel, the eviction watermark of the channel
     */
    public record Item(Envelope message, long ageMillis, List<Watermark> evicted) {
        public Item {
            requireNonNull(message, "message is null");
            evicted = List.copyOf(evicted);
            if (ageMillis < 0) {
                throw new IllegalArgumentException(message + " has a negative age: " + ageMillis + " ms");
            }
        }

        /** Returns the memory for which the item counts, in bytes. */
        public long memoryBytes() {
            return message.memoryBytes() + (long) Watermark.BYTES * evicted.size();
        }
    }

    /**
     * Eviction watermark: this message and all earlier ones of its origin are evicted or lost.
     *
     * @param origin number of the node in message ids
     * @param incarnation incarnation of the node
     * @param sequence sequence number in the incarnation
     */
    public record Watermark(long origin, long incarnation, long sequence) {
        /** Size of a watermark in bytes. */
        public static final int BYTES = 3 * Long.BYTES;

        public Watermark {
            if (origin < 0 || incarnation < 0 || sequence < 0) {
                throw new IllegalArgumentException(
                        "a watermark must not have a negative part: " + origin + ", " + incarnation + ", " + sequence);
            }
        }
    }

    /**
     * End of a snapshot.
     *
     * @param complete whether the sender has a complete state; a node that has just started itself does not
     * @param positions last position of each incarnation of each node at the sender, including the sender; earlier
     *     messages that are not in the snapshot are lost
     * @param evicted watermarks of the channels of which the sender has retained no message
     */
    public record End(boolean complete, Map<NodeIncarnation, Long> positions, List<Watermark> evicted) {
        public End {
            positions = Map.copyOf(positions);
            evicted = List.copyOf(evicted);
        }
    }

    /** Returns the chunk of a node that has just started itself. */
    public static SnapshotChunk empty(long after) {
        return new SnapshotChunk(after, List.of(), after, Map.of(), Optional.of(new End(false, Map.of(), List.of())));
    }
}
