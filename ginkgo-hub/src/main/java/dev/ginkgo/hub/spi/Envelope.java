package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message on its way between nodes. It does not change; nobody may change the array of its payload. */
public final class Envelope {
    /** The longest name of a channel, in bytes of UTF-8. */
    public static final int MAX_CHANNEL = 255;

    /** What one takes in a queue besides its payload, roughly. */
    private static final int OVERHEAD = 200;

    private final NodeIncarnation nodeIncarnation;
    private final long sequence;
    private final long previous;
    private final String channel;
    private final boolean binary;
    private final byte[] payload;
    private final long publishedMillis;
    private final @Nullable Epoch epoch;

    /**
     * @param nodeIncarnation who published it
     * @param sequence its number among all that the origin has published in this life, from 1
     * @param previous the number of the message before it on its channel, 0 if it is the first: if a stretch is
     *     missing, this tells whether the channel has lost something
     * @param channel the channel's name
     * @param binary whether it was published as bytes, not as text
     * @param payload the bytes, not copied
     * @param millis when it was published, by the origin's wall clock
     * @param epoch the leadership under which it was published, if it was under one
     */
    public Envelope(
            NodeIncarnation nodeIncarnation,
            long sequence,
            long previous,
            String channel,
            boolean binary,
            byte[] payload,
            long millis,
            Optional<Epoch> epoch) {
        this.nodeIncarnation = requireNonNull(nodeIncarnation, "origin is null");
        this.channel = requireNonNull(channel, "channel is null");
        this.payload = requireNonNull(payload, "payload is null");
        this.epoch = epoch.orElse(null);
        this.sequence = sequence;
        this.previous = previous;
        this.binary = binary;
        this.publishedMillis = millis;
        if (sequence < 1 || previous < 0 || previous >= sequence) {
            throw new IllegalArgumentException("message " + sequence + " after " + previous + " of " + nodeIncarnation
                    + "; numbers begin at 1 and rise");
        }
    }

    /** Who published it. */
    public NodeIncarnation origin() {
        return nodeIncarnation;
    }

    /** Its number among all that its origin has published. */
    public long sequence() {
        return sequence;
    }

    /** The number of the message before it on its channel; 0 if it is the first. */
    public long previous() {
        return previous;
    }

    /** The name of its channel. */
    public String channel() {
        return channel;
    }

    /** Whether it was published as bytes. */
    public boolean binary() {
        return binary;
    }

    /** The bytes themselves, not to be changed. */
    public byte[] payload() {
        return payload;
    }

    /** When it was published, in milliseconds of the origin's wall clock. */
    public long publishedMillis() {
        return publishedMillis;
    }

    /** The leadership under which it was published. */
    public Optional<Epoch> epoch() {
        return Optional.ofNullable(epoch);
    }

    /** What it counts for in a queue, in bytes. */
    public long memoryBytes() {
        return OVERHEAD + (long) payload.length;
    }

    /** For people. */
    @Override
    public String toString() {
        return channel + " " + sequence + " of " + nodeIncarnation + " (" + payload.length + " bytes)";
    }
}
