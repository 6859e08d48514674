package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Some of all that a node holds, in the order in which it came there: what another one takes over when it begins. Unlike
 * an {@link RangeResponse} it is of all origins and all their lives.
 *
 * @param after the place in the holder's order that was asked for; 0 is before its first
 * @param items what it holds from there on; at most about {@link RangeResponse#MAX_BYTES}, but one message at least
 * @param through the place of the last one, to be asked for next
 * @param lost messages that the holder could not hand over, up to there: any channel may lack something of them
 * @param end if there is no more; then the rest comes by itself, after its positions
 */
public record SnapshotChunk(
        long after, List<Item> items, long through, Map<NodeIncarnation, Long> lost, Optional<End> end) {

    public SnapshotChunk {
        items = List.copyOf(items);
        lost = Map.copyOf(lost);
        if (after < 0 || through < after) {
            throw new IllegalArgumentException("no holdings go from " + after + " to " + through);
        }
    }

    /**
     * A message that was there already.
     *
     * @param message it
     * @param ageMillis for how long the holder has had it, in milliseconds
     * @param evicted if it is the oldest that the holder has of its channel: what is gone before it
     */
    public record Item(Envelope message, long ageMillis, List<Watermark> evicted) {
        public Item {
            requireNonNull(message, "message is null");
            evicted = List.copyOf(evicted);
            if (ageMillis < 0) {
                throw new IllegalArgumentException(message + " is " + ageMillis + " ms old");
            }
        }

        /** What it counts for, in bytes. */
        public long memoryBytes() {
            return message.memoryBytes() + (long) Watermark.BYTES * evicted.size();
        }
    }

    /**
     * A message that is gone, and all of its origin before it.
     *
     * @param origin the number that its node has in the ids of messages
     * @param incarnation the life of that node
     * @param sequence its number in that life
     */
    public record Watermark(long origin, long incarnation, long sequence) {
        /** What one takes. */
        public static final int BYTES = 3 * Long.BYTES;

        public Watermark {
            if (origin < 0 || incarnation < 0 || sequence < 0) {
                throw new IllegalArgumentException(
                        "nothing is gone of " + origin + ", " + incarnation + " up to " + sequence);
            }
        }
    }

    /**
     * The end of what there was.
     *
     * @param complete whether the holder knows what was before it; one that has just begun itself does not
     * @param positions how far each life of each node has come to the holder, itself included: what is not held of it
     *     up to there is gone
     * @param evicted what is gone of channels that the holder has nothing of
     */
    public record End(boolean complete, Map<NodeIncarnation, Long> positions, List<Watermark> evicted) {
        public End {
            positions = Map.copyOf(positions);
            evicted = List.copyOf(evicted);
        }
    }

    /** Those of a node that has just begun itself. */
    public static SnapshotChunk empty(long after) {
        return new SnapshotChunk(after, List.of(), after, Map.of(), Optional.of(new End(false, Map.of(), List.of())));
    }
}
