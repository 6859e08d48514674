package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.VersionVector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription starts in a feed. A message is after an id if its sequence is higher than its origin's position
 * in the id, or the id does not contain its origin. An id therefore means the same at every node, in whatever order the
 * messages of several origins arrived there.
 *
 * <p>If the requested position is no longer available, the subscription starts at the oldest retained message, and
 * {@code recovered} is false. Messages may then be delivered again, but no retained message is left out.
 *
 * @param number the number of the first message to read
 * @param replay filter for the messages that are already present; null to read all of them
 * @param recovered whether every message from the requested point on is available
 * @param id the id of the start position
 * @param firstLive the number of the first message that arrives after the subscription was opened
 */
public record StartPosition(long number, @Nullable Replay replay, boolean recovered, String id, long firstLive) {

    /** Maximum number of messages that are examined one by one. */
    private static final int MAX_STEPS = 1_000;

    private static final long MAX_AGE_NANOS = Long.MAX_VALUE / 4;

    /**
     * State of the store that determines a start position.
     *
     * @param versionVector the version vector
     * @param forgotten returns the watermark of the removed channels that is not part of the watermark of a feed
     * @param arrival arrival number of the last message
     * @param now monotonic time in nanoseconds
     * @param wallMillis wall-clock time in milliseconds
     * @param hubStartedAt monotonic time at which the hub was started
     */
    record StoreState(
            VersionVector versionVector,
            Function<Feed, EvictionWatermark> forgotten,
            long arrival,
            long now,
            long wallMillis,
            long hubStartedAt) {}

    /** Computes the start position. Called under the store's lock. */
    static StartPosition of(Feed feed, Since since, StoreState storeState) {
        return switch (since) {
            case Since.Point point ->
                switch (point) {
                    case NONE -> at(feed, feed.end(), null, false, storeState);
                    case LATEST -> latest(feed, storeState);
                    case ALL ->
                        at(feed, feed.first(), null, watermark(feed, storeState).isEmpty(), storeState);
                };
            case Since.Ago ago -> from(feed, moment(ago, storeState), storeState);
            case Since.At at -> from(feed, moment(at, storeState), storeState);
            case Since.After after -> after(feed, MessageId.parse(after.id()), storeState);
        };
    }

    /**
     * Returns whether a merged feed has all retained messages that are requested, and enough of them are merged to find the
     * first one. Called under the store's lock.
     */
    static boolean isCovered(Feed feed, Since since, StoreState storeState) {
        FeedAssembler assembler = feed.assembler();
        if (feed.isConflated() || since == Since.Point.NONE) {
            return assembler == null;
        }
        if (assembler != null && !assembler.isOpen()) {
            return false;
        }
        if (feed.historyFrom == Since.Point.LATEST) {
            return since == Since.Point.LATEST;
        }
        boolean hasAll = feed.historyFrom == Since.Point.ALL;
        if (since == Since.Point.LATEST) { // all messages of the feed are examined
            return hasAll && assembler == null && feed.end() - feed.first() <= MAX_STEPS;
        }
        if (since instanceof Since.Point || feed.historyFrom.equals(since)) {
            return hasAll || feed.historyFrom.equals(since);
        }
        long number = earliest(since, storeState).applyAsLong(feed);
        return (assembler == null || number < feed.end()) && (hasAll || number > feed.first());
    }

    /**
     * Returns a function that returns the number of the first message of a feed that is requested, or of one before it. Both
     * are called under the store's lock.
     */
    static ToLongFunction<Feed> earliest(Since since, StoreState storeState) {
        return switch (since) {
            case Since.Point _ -> Feed::first;
            case Since.Ago ago -> firstSince(moment(ago, storeState));
            case Since.At at -> firstSince(moment(at, storeState));
            case Since.After after -> {
                MessageId known = known(MessageId.parse(after.id()), storeState.versionVector);
                yield known == null ? Feed::first : feed -> firstNotIncluded(feed, known, storeState.versionVector);
            }
        };
    }

    private static ToLongFunction<Feed> firstSince(long moment) {
        return feed -> feed.firstSince(moment);
    }

    private static long moment(Since.Ago ago, StoreState storeState) {
        return storeState.now - Math.min(StoreLimits.nanos(ago.time()), MAX_AGE_NANOS);
    }

    private static long moment(Since.At at, StoreState storeState) {
        long millis = Math.max(0, storeState.wallMillis - at.moment().toEpochMilli());
        return storeState.now - millis * 1_000_000;
    }

    private static StartPosition latest(Feed feed, StoreState storeState) {
        mergeFirst(feed, feed.first());
        long end = feed.nextArrival();
        boolean hasMessages = feed.nextPresent(feed.first()) < feed.end();
        boolean recovered = hasMessages || watermark(feed, storeState).isEmpty();
        if (feed.logs.size() == 1 && !feed.isConflated() && feed.assembler() == null) {
            return at(feed, hasMessages ? feed.newest() : end, null, recovered, storeState);
        }
        Predicate<Entry> newest = entry -> entry.log.isNewest(entry, storeState.arrival);
        return at(feed, feed.first(), feed.isConflated() ? null : new Replay(end, newest), recovered, storeState);
    }

    private static StartPosition from(Feed feed, long moment, StoreState storeState) {
        long number = feed.firstSince(moment);
        boolean recovered = moment - storeState.hubStartedAt >= 0
                && watermark(feed, storeState).isBefore(moment);
        return at(feed, number, null, recovered, storeState);
    }

    /**
     * Returns the part of an id that determines which messages of this node were received; null if there is none. If the id
     * is of an unknown incarnation of this node, or of another hub, its position of this node does not.
     */
    private static @Nullable MessageId known(MessageId id, VersionVector versionVector) {
        Position own = versionVector.own();
        Position ownInId = id.position(own.origin());
        if (ownInId == null || (versionVector.isKnown(ownInId) && !own.isBefore(ownInId))) {
            return id;
        }
        List<Position> rest = new ArrayList<>(id.positions());
        rest.remove(ownInId);
        return rest.isEmpty() ? null : new MessageId(rest);
    }

    private static StartPosition after(Feed feed, MessageId requested, StoreState storeState) {
        MessageId known = known(requested, storeState.versionVector);
        if (known == null) {
            return at(feed, feed.first(), null, false, storeState);
        }
        boolean recovered = known.equals(requested)
                && watermark(feed, storeState).isCoveredBy(requested)
                && storeState.versionVector.isKnown(requested);
        Position own = storeState.versionVector.own();
        Predicate<Entry> wanted = entry -> known.precedes(entry.message.position());
        long number = firstWanted(feed, known, wanted, storeState.versionVector);
        boolean onlyOwn = storeState.versionVector.isSingleOrigin()
                && known.positions().size() == 1
                && known.position(own.origin()) != null;
        long until = storeState.versionVector.covers(known) ? feed.nextArrival() : Long.MAX_VALUE;
        StartPosition found =
                at(feed, number, onlyOwn ? null : new Replay(until, wanted, known), recovered, storeState);
        return recovered ? new StartPosition(number, found.replay, true, requested.text(), found.firstLive) : found;
    }

    /**
     * Returns the number of the first message after an id, or that of a message before it. Everything that this node
     * had received when a message arrived is in the vector of that message, so if an id includes the vector, no message
     * up to that one is after the id. If the id is of another node, which received messages in another order, messages
     * follow that are not wanted: these are passed only for a limited number of steps, and the replay filter rejects
     * the others.
     */
    private static long firstWanted(Feed feed, MessageId known, Predicate<Entry> wanted, VersionVector versionVector) {
        long number = firstNotIncluded(feed, known, versionVector);
        for (int steps = 0; number < feed.end() && !isWanted(feed.get(number), wanted) && steps < MAX_STEPS; steps++) {
            number++;
        }
        return number;
    }

    private static long firstNotIncluded(Feed feed, MessageId known, VersionVector versionVector) {
        return versionVector.isComplete()
                ? feed.firstAfter(entry -> isIncluded(entry.message.vector(), known))
                : feed.first();
    }

    private static boolean isIncluded(MessageId vector, MessageId known) {
        for (Position each : vector.positions()) {
            if (each.sequence() > 0 && known.precedes(each)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWanted(@Nullable Entry entry, Predicate<Entry> wanted) {
        return entry != null && wanted.test(entry);
    }

    private static StartPosition at(
            Feed feed, long number, @Nullable Replay replay, boolean recovered, StoreState storeState) {
        mergeFirst(feed, number);
        Entry next = feed.get(feed.nextPresent(number));
        String id = next == null ? storeState.versionVector.endId() : next.message.idBefore();
        return new StartPosition(number, replay, recovered, id, feed.nextArrival());
    }

    /** Merges messages until there is one at a number or after it, if there will be one. */
    private static void mergeFirst(Feed feed, long number) {
        while (feed.assembler() != null && feed.nextPresent(number) >= feed.end()) {
            feed.prefetch(number);
        }
    }

    /** Returns the merged watermark of everything that the feed reads. */
    private static EvictionWatermark watermark(Feed feed, StoreState storeState) {
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(storeState.forgotten.apply(feed));
        evictionWatermark.raise(feed.watermark);
        return evictionWatermark;
    }
}
