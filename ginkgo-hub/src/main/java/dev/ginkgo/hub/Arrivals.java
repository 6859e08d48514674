package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.MessageId.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far each origin has come here: the vector that ids are made of. An origin that was silent for longer than a
 * message is kept has no message left that could be asked for, and is left out. Guarded by the store.
 */
final class Arrivals {
    /** A position can take this many characters more while the others are remembered. */
    private static final int SLACK = 16;

    /**
     * @param life the incarnation of the origin that was heard of first: what it published in earlier ones is not known
     *     here
     */
    private record Last(Position position, long nanos, long life) {}

    private final long self;
    private final TreeMap<Long, Last> last = new TreeMap<>();

    // what was said last of the others, as long as nothing comes from them
    private List<Position> others = List.of();
    private long othersOf;

    /**
     * Begins with what this node itself will publish.
     *
     * @param own before its first message
     */
    Arrivals(Position own, long nanos) {
        this.self = own.origin();
        this.othersOf = self;
        last.put(self, new Last(own, nanos, own.incarnation()));
    }

    /** The last that this node has published. */
    Position own() {
        return requireNonNull(of(self));
    }

    /** Whether nothing has ever come from elsewhere. */
    boolean isAlone() {
        return last.size() == 1;
    }

    /** The last of an origin. */
    @Nullable
    Position of(long origin) {
        Last found = last.get(origin);
        return found == null ? null : found.position;
    }

    /** A message has come; says what its id holds of the other origins. */
    List<Position> add(Position position, long nanos, long window) {
        Last before = last.get(position.origin());
        long life = before == null ? position.incarnation() : before.life;
        last.put(position.origin(), new Last(position, nanos, life));
        if (othersOf != position.origin()) {
            othersOf = position.origin();
            others = others(position, nanos, window);
        }
        return others;
    }

    /** Where a reader stands that has had everything. */
    String now() {
        return MessageId.of(requireNonNull(of(othersOf)), others).text();
    }

    private List<Position> others(Position position, long nanos, long window) {
        List<Last> inWindow = new ArrayList<>(last.values());
        inWindow.removeIf(each -> each.position.origin() == position.origin()
                || (each.position.origin() != self && nanos - each.nanos > window));
        inWindow.sort(Comparator.comparingLong(each -> nanos - each.nanos));
        List<Position> kept =
                new ArrayList<>(inWindow.stream().map(Last::position).toList());
        while (MessageId.of(position, kept).text().length() > MessageId.MAX_TEXT - SLACK) {
            kept.removeLast(); // the most silent
        }
        return List.copyOf(kept);
    }

    /** Whether all that a reader has had has come here too. */
    boolean reach(MessageId id) {
        for (Position position : id.positions()) {
            Position here = of(position.origin());
            if (position.sequence() > 0 && (here == null || here.isBefore(position))) {
                return false;
            }
        }
        return true;
    }

    /** Whether every origin that a reader has had something of has been heard of here, in that life of it. */
    boolean know(MessageId id) {
        return id.positions().stream().allMatch(each -> {
            Last here = last.get(each.origin());
            return each.sequence() == 0 || (here != null && here.life <= each.incarnation());
        });
    }
}
