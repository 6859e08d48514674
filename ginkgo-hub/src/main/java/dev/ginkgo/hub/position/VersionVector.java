package dev.ginkgo.hub.position;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Version vector of a store: the last received position of each origin, from which message ids are built. An origin
 * that has been silent for longer than the retention period has no retained messages, and is left out of ids. Guarded
 * by the store.
 */
public final class VersionVector {
    /** Characters reserved in an id for the positions to grow while the list of other origins is cached. */
    private static final int RESERVED_CHARACTERS = 16;

    /** The last position of an origin, and when it was received. */
    private static final class LastSeen {
        private Position position;
        private long nanos;
        private final KnownIncarnations.OfOrigin known;

        private LastSeen(Position position, long nanos, KnownIncarnations.OfOrigin known) {
            this.position = position;
            this.nanos = nanos;
            this.known = known;
        }

        private Position position() {
            return position;
        }
    }

    private final long self;
    private final boolean ofStreams;
    private final TreeMap<Long, LastSeen> lastSeen = new TreeMap<>();
    private final KnownIncarnations knownIncarnations = new KnownIncarnations();
    private Position own;
    private boolean hasPublished;

    /** The origin of the latest message. Most messages are of the same origin as the one before. */
    private LastSeen latest;

    // cached positions of the other origins, valid while messages keep arriving from the origin othersOf
    private List<Position> others = List.of();
    private boolean truncated;
    private long othersOf;

    /**
     * Creates a vector that contains only this node's own position.
     *
     * @param own the position before this node's first message
     * @param nanos the current monotonic time
     */
    public VersionVector(Position own, long nanos) {
        this(own, nanos, false);
    }

    /**
     * Creates a vector.
     *
     * @param ofStreams whether all messages are in the streams of a broker: this node's own position is then in no id as soon as
     *     a stream is {@linkplain #open known}, so that ids are the same at every node, and no stream is ever left out
     */
    public VersionVector(Position own, long nanos, boolean ofStreams) {
        this.self = own.origin();
        this.ofStreams = ofStreams;
        this.othersOf = self;
        this.own = own;
        this.latest = new LastSeen(own, nanos, knownIncarnations.of(self));
        lastSeen.put(self, latest);
        latest.known.add(own);
    }

    /** Returns the position of the last message that this node has published in its current incarnation and run. */
    public Position own() {
        return own;
    }

    /** Returns whether no message of another origin has ever been received. */
    public boolean isSingleOrigin() {
        return lastSeen.size() == 1;
    }

    /** Returns whether every id has contained all origins with retained messages: none was left out to shorten it. */
    public boolean isComplete() {
        return !truncated;
    }

    /** Returns the last position of an origin, or null if there is none. */
    public @Nullable Position positionOf(long origin) {
        LastSeen found = lastSeen(origin);
        return found == null ? null : found.position;
    }

    private @Nullable LastSeen lastSeen(long origin) {
        return latest.position.origin() == origin ? latest : lastSeen.get(origin);
    }

    /** Returns the last position of every origin. */
    public List<Position> positions() {
        return lastSeen.values().stream().map(LastSeen::position).toList();
    }

    /**
     * Returns whether a message of another node, or of an earlier incarnation of this one, is new. Messages of one
     * origin are accepted in order, incarnation after incarnation: a message older than one that is already present is
     * out of order and not accepted.
     */
    public boolean isNew(Position position) {
        Position current = positionOf(position.origin());
        if (current == null) {
            return true;
        }
        if (position.origin() != self) {
            return current.isBefore(position);
        }
        boolean earlier = position.incarnation() < own.incarnation();
        return earlier && !hasPublished && (current.equals(own) || current.isBefore(position));
    }

    /**
     * Records a message, and returns the positions of the other origins that its id contains, in ascending order of origins.
     *
     * @param nanos the current monotonic time
     * @param window the retention period in nanoseconds
     */
    public List<Position> add(Position position, long nanos, long window) {
        LastSeen seen = lastSeen(position.origin());
        if (seen == null) {
            seen = new LastSeen(position, nanos, knownIncarnations.of(position.origin()));
            lastSeen.put(position.origin(), seen);
        } else {
            seen.position = position;
            seen.nanos = nanos;
        }
        seen.known.add(position);
        latest = seen;
        if (position.origin() == self && position.incarnation() == own.incarnation()) {
            own = position;
            hasPublished = true;
        }
        if (othersOf != position.origin()) {
            othersOf = position.origin();
            others = others(position, nanos, window);
        }
        return others;
    }

    /**
     * Adds an origin, or a new incarnation of it.
     *
     * @param start the position before the first message of the incarnation
     * @return the last position in that incarnation, which is {@code start} unless messages of it have been received
     */
    public Position open(Position start, long nanos, long window) {
        Position current = positionOf(start.origin());
        if (current != null && current.incarnation() == start.incarnation()) {
            return current;
        }
        var _ = add(start, nanos, window);
        return start;
    }

    /** Records that all messages of an origin up to a position have been received or are lost. */
    public void skipTo(Position position, long nanos, long window) {
        if (position.sequence() > 0 && isNew(position)) {
            add(position, nanos, window);
        } else {
            knownIncarnations.of(position.origin()).add(position);
        }
    }

    /** Returns the id of the current end: the position of a subscriber that has received everything. */
    public String endId() {
        return MessageId.text(requireNonNull(positionOf(othersOf)), others);
    }

    private List<Position> others(Position position, long nanos, long window) {
        List<LastSeen> inWindow = new ArrayList<>(lastSeen.values());
        inWindow.removeIf(each -> each.position.origin() == position.origin() || isLeftOut(each, nanos, window));
        inWindow.sort(Comparator.comparingLong(each -> nanos - each.nanos));
        List<Position> kept =
                new ArrayList<>(inWindow.stream().map(LastSeen::position).toList());
        while (MessageId.of(position, kept).text().length() > MessageId.MAX_LENGTH - RESERVED_CHARACTERS) {
            kept.removeLast(); // the origin that has been silent longest
            truncated = true;
        }
        kept.sort(Comparator.comparingLong(Position::origin));
        return List.copyOf(kept);
    }

    private boolean isLeftOut(LastSeen origin, long nanos, long window) {
        boolean isOwn = origin.position.origin() == self;
        return ofStreams ? isOwn : !isOwn && nanos - origin.nanos > window;
    }

    /** Returns whether this node has received everything up to an id. */
    public boolean covers(MessageId id) {
        for (Position position : id.positions()) {
            Position received = positionOf(position.origin());
            if (position.sequence() > 0 && (received == null || received.isBefore(position))) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether every message up to a position, in that incarnation of its origin, is accounted for. */
    public boolean isKnown(Position position) {
        return knownIncarnations.isKnown(position);
    }

    /** Returns whether this holds for every position of an id. */
    public boolean isKnown(MessageId id) {
        return id.positions().stream().allMatch(each -> each.sequence() == 0 || isKnown(each));
    }
}
