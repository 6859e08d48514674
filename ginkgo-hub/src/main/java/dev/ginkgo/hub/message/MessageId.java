package dev.ginkgo.hub.message;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a message is known by, and where a reader stands: for each origin (a node) the position in what it has
 * published. A hub that knows of no other gives vectors of one.
 *
 * <p>The text is base64url, without padding, of unsigned varints: origin, incarnation, sequence, for each position,
 * origins rising. There is one text for each id, so that ids can be compared as texts; other forms are refused.
 */
public record MessageId(List<Position> positions) {
    public static final int MAX_LENGTH = 256;

    /**
     * The last message of an origin.
     *
     * @param origin the node's number
     * @param incarnation rises with each start of the node, so that no id is used twice
     * @param sequence counts what the node has published since, from 1
     */
    public record Position(long origin, long incarnation, long sequence) {
        public Position {
            if (origin < 0 || incarnation < 0 || sequence < 0) {
                throw new IllegalArgumentException(
                        "a position has no negative part: " + origin + ", " + incarnation + ", " + sequence);
            }
        }

        /** Of two of one origin, whether this is the earlier. */
        public boolean isBefore(Position other) {
            return incarnation < other.incarnation || (incarnation == other.incarnation && sequence < other.sequence);
        }

        /** The message after this one. */
        public Position next() {
            return new Position(origin, incarnation, sequence + 1);
        }

        /** Where a reader stands that is to get this message next. */
        public Position before() {
            return new Position(origin, incarnation, Math.max(0, sequence - 1));
        }
    }

    public MessageId {
        positions = List.copyOf(positions);
        if (positions.isEmpty()) {
            throw new IllegalArgumentException("an id has one position at least");
        }
        for (int i = 1; i < positions.size(); i++) {
            if (positions.get(i).origin <= positions.get(i - 1).origin) {
                throw new IllegalArgumentException("the origins of an id rise");
            }
        }
    }

    /** What an origin is known by here, if it is. */
    public @Nullable Position position(long origin) {
        for (Position each : positions) {
            if (each.origin == origin) {
                return each;
            }
        }
        return null;
    }

    /** Whether a message comes after this id: whoever stands here has not had it. */
    public boolean precedes(Position message) {
        Position mine = position(message.origin);
        return mine == null || mine.isBefore(message);
    }

    /** Where somebody stands who has had all that one has had who stands here, and one who stands there. */
    public MessageId merge(MessageId there) {
        TreeMap<Long, Position> both = new TreeMap<>();
        positions.forEach(each -> both.put(each.origin, each));
        there.positions.forEach(
                each -> both.merge(each.origin, each, (mine, theirs) -> mine.isBefore(theirs) ? theirs : mine));
        return new MessageId(List.copyOf(both.values()));
    }

    /** An id with one position, and those of others. */
    public static MessageId of(Position one, List<Position> others) {
        List<Position> all = new ArrayList<>(others);
        all.add(one);
        all.sort(Comparator.comparingLong(Position::origin));
        return new MessageId(all);
    }

    public static MessageId of(long origin, long incarnation, long sequence) {
        return new MessageId(List.of(new Position(origin, incarnation, sequence)));
    }

    /**
     * Reads the text of an id.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static MessageId parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("an id has at most " + MAX_LENGTH + " characters");
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
                    "\"" + text + "\" is no id of a message (" + e.getMessage() + "); give one as it was received", e);
        }
    }

    public String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(16);
        for (Position position : positions) {
            write(position.origin, out);
            write(position.incarnation, out);
            write(position.sequence, out);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
    }

    private static void write(long value, ByteArrayOutputStream out) {
        long rest = value;
        while (rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
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
                    throw new IllegalArgumentException("it ends too early");
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
