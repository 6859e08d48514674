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
 * How far each origin has come here: the vector that ids are made of. An origin that was silent for longer than a
 * message is kept has no message left that could be asked for, and is left out. Guarded by the store.
 */
public final class VersionVector {
    /** A position can take this many characters more while the others are remembered. */
    private static final int RESERVED_CHARACTERS = 16;

    private record LastSeen(Position position, long nanos) {}

    private final long self;
    private final TreeMap<Long, LastSeen> last = new TreeMap<>();
    private final KnownIncarnations knownIncarnations = new KnownIncarnations();
    private Position own;
    private boolean hasPublished;

    // what was said last of the others, as long as nothing comes from them
    private List<Position> others = List.of();
    private long othersOf;

    /**
     * Begins with what this node itself will publish.
     *
     * @param own before its first message
     */
    public VersionVector(Position own, long nanos) {
        this.self = own.origin();
        this.othersOf = self;
        this.own = own;
        last.put(self, new LastSeen(own, nanos));
        knownIncarnations.add(own);
    }

    /** The last that this node has published in its present life, and run. */
    public Position own() {
        return own;
    }

    /** Whether nothing has ever come from elsewhere. */
    public boolean isSingleOrigin() {
        return last.size() == 1;
    }

    /** The last of an origin. */
    public @Nullable Position positionOf(long origin) {
        LastSeen found = last.get(origin);
        return found == null ? null : found.position;
    }

    /** All of them. */
    public List<Position> all() {
        return last.values().stream().map(LastSeen::position).toList();
    }

    /**
     * Whether a message of another node, or of an earlier life of this one, is new here. Those of one origin come in
     * their order, life after life: what was published before something that is here already would be out of place.
     */
    public boolean isNew(Position position) {
        Position before = positionOf(position.origin());
        if (before == null) {
            return true;
        }
        if (position.origin() != self) {
            return before.isBefore(position);
        }
        boolean earlier = position.incarnation() < own.incarnation();
        return earlier && !hasPublished && (before.equals(own) || before.isBefore(position));
    }

    /** A message has come; says what its id holds of the other origins. */
    public List<Position> add(Position position, long nanos, long window) {
        last.put(position.origin(), new LastSeen(position, nanos));
        knownIncarnations.add(position);
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

    /** All that an origin has published up to there has come, or will never. */
    public void skipTo(Position position, long nanos, long window) {
        if (position.sequence() > 0 && isNew(position)) {
            add(position, nanos, window);
        } else {
            knownIncarnations.add(position);
        }
    }

    /** Where a reader stands that has had everything. */
    public String endId() {
        return MessageId.of(requireNonNull(positionOf(othersOf)), others).text();
    }

    private List<Position> others(Position position, long nanos, long window) {
        List<LastSeen> inWindow = new ArrayList<>(last.values());
        inWindow.removeIf(each -> each.position.origin() == position.origin()
                || (each.position.origin() != self && nanos - each.nanos > window));
        inWindow.sort(Comparator.comparingLong(each -> nanos - each.nanos));
        List<Position> kept =
                new ArrayList<>(inWindow.stream().map(LastSeen::position).toList());
        while (MessageId.of(position, kept).text().length() > MessageId.MAX_LENGTH - RESERVED_CHARACTERS) {
            kept.removeLast(); // the most silent
        }
        return List.copyOf(kept);
    }

    /** Whether all that a reader has had has come here too. */
    public boolean covers(MessageId id) {
        for (Position position : id.positions()) {
            Position here = positionOf(position.origin());
            if (position.sequence() > 0 && (here == null || here.isBefore(position))) {
                return false;
            }
        }
        return true;
    }

    /** Whether all that any reader may have had of an origin, in that life of it, is accounted for here. */
    public boolean isKnown(Position position) {
        return knownIncarnations.isKnown(position);
    }

    /** Whether that is so of every origin that a reader has had something of. */
    public boolean isKnown(MessageId id) {
        return id.positions().stream().allMatch(each -> each.sequence() == 0 || isKnown(each));
    }
}
