package dev.ginkgo.hub.message;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Message id and subscriber position: a version vector, with one position for each origin (a node). A standalone hub
 * has a single origin.
 *
 * <p>The text form is the base64url encoding, without padding, of unsigned varints: origin, incarnation and sequence of
 * each position, in ascending order of origins. Each id has exactly one text form, so ids can be compared as text;
 * other forms are rejected.
 */
public record MessageId(List<Position> positions) {
    public static final int MAX_LENGTH = 256;

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /**
     * Position in the messages of one origin: the last message that is included.
     *
     * @param origin the number of the node; see {@code OriginId}
     * @param incarnation increases with each start of the node, so that no id is used twice
     * @param sequence number of the message within the incarnation, counted from 1; 0 before the first message
     */
    public record Position(long origin, long incarnation, long sequence) {
        public Position {
            if (origin < 0 || incarnation < 0 || sequence < 0) {
                throw new IllegalArgumentException(
                        "a position must not have a negative part: " + origin + ", " + incarnation + ", " + sequence);
            }
        }

        /** Returns whether this position precedes another one of the same origin. */
        public boolean isBefore(Position other) {
            return incarnation < other.incarnation || (incarnation == other.incarnation && sequence < other.sequence);
        }

        /** Returns the position of the next message. */
        public Position next() {
            return new Position(origin, incarnation, sequence + 1);
        }

        /** Returns the position just before this message: that of a subscriber whose next message it is. */
        public Position before() {
            return new Position(origin, incarnation, Math.max(0, sequence - 1));
        }
    }

    public MessageId {
        positions = List.copyOf(positions);
        if (positions.isEmpty()) {
            throw new IllegalArgumentException("an id must have at least one position");
        }
        for (int i = 1; i < positions.size(); i++) {
            if (positions.get(i).origin <= positions.get(i - 1).origin) {
                throw new IllegalArgumentException("the origins of an id must be in ascending order");
            }
        }
    }

    /** Returns the position of an origin, or null if the id does not contain that origin. */
    public @Nullable Position position(long origin) {
        for (Position each : positions) {
            if (each.origin == origin) {
                return each;
            }
        }
        return null;
    }

    /** Returns whether a message is after this id: a subscriber at this id has not received it. */
    public boolean precedes(Position message) {
        Position included = position(message.origin);
        return included == null || included.isBefore(message);
    }

    /** Returns the union of two ids: the position of a subscriber that has received everything up to both. */
    public MessageId merge(MessageId other) {
        TreeMap<Long, Position> merged = new TreeMap<>();
        positions.forEach(each -> merged.put(each.origin, each));
        other.positions.forEach(
                each -> merged.merge(each.origin, each, (first, second) -> first.isBefore(second) ? second : first));
        return new MessageId(List.copyOf(merged.values()));
    }

    /** Returns an id that consists of one position and those of other origins. */
    public static MessageId of(Position one, List<Position> others) {
        List<Position> all = new ArrayList<>(others);
        all.add(one);
        all.sort(Comparator.comparingLong(Position::origin));
        return new MessageId(all);
    }

    /** Returns an id with a single position. */
    public static MessageId of(long origin, long incarnation, long sequence) {
        return new MessageId(List.of(new Position(origin, incarnation, sequence)));
    }

    /**
     * Parses the text form of an id.
     *
     * @throws IllegalArgumentException if the text is not a valid id
     */
    public static MessageId parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("an id must have at most " + MAX_LENGTH + " characters");
        }
        try {
            Varints in = new Varints(Base64.getUrlDecoder().decode(text));
            List<Position> positions = new ArrayList<>(1);
            do {
                positions.add(new Position(in.next(), in.next(), in.next()));
            } while (in.hasNext());
            MessageId id = new MessageId(positions);
            if (!id.text().equals(text)) {
                throw new IllegalArgumentException("not in its shortest form");
            }
            return id;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a valid message id (" + e.getMessage()
                            + "); use an id exactly as it was received",
                    e);
        }
    }

    /** Returns the text form of the id. */
    public String text() {
        return text(positions.getFirst(), positions.subList(1, positions.size()));
    }

    /**
     * Returns the text form of the id that consists of one position and those of other origins. The id is not created.
     *
     * @param others positions of other origins, in ascending order of origins
     */
    public static String text(Position one, List<Position> others) {
        int length = length(one);
        for (int i = 0; i < others.size(); i++) {
            length += length(others.get(i));
        }
        byte[] bytes = new byte[length];
        int at = 0;
        int next = 0;
        while (next < others.size() && others.get(next).origin < one.origin) {
            at = write(others.get(next++), bytes, at);
        }
        at = write(one, bytes, at);
        while (next < others.size()) {
            at = write(others.get(next++), bytes, at);
        }
        return ENCODER.encodeToString(bytes);
    }

    private static int length(Position position) {
        return length(position.origin) + length(position.incarnation) + length(position.sequence);
    }

    private static int length(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    private static int write(Position position, byte[] out, int from) {
        return write(position.sequence, out, write(position.incarnation, out, write(position.origin, out, from)));
    }

    private static int write(long value, byte[] out, int from) {
        int at = from;
        long rest = value;
        while (rest > 0x7f) {
            out[at++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out[at] = (byte) rest;
        return at + 1;
    }

    /**
     * Decoder for unsigned varints: seven bits per byte, lowest bits first; the high bit marks that more bytes follow.
     */
    private static final class Varints {
        private final byte[] bytes;
        private int at;

        Varints(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean hasNext() {
            return at < bytes.length;
        }

        long next() {
            long value = 0;
            for (int shift = 0; shift < 63; shift += 7) {
                if (!hasNext()) {
                    throw new IllegalArgumentException("it is truncated");
                }
                byte b = bytes[at++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("a number is too large");
        }
    }
}
