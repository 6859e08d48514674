package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.VersionVector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader begins in a feed. A message is after an id if its origin's position in the id is lower or absent: so
 * an id means the same at every node, whatever the order in which the messages of several origins came there.
 *
 * <p>Whoever cannot be given all that he asks for begins with the oldest message that is held: what he had may come
 * again, but nothing is left out that there is, and {@code recovered} is false.
 *
 * @param number of the message from which on it reads
 * @param replay which of those that are there now; null if all
 * @param recovered whether it gets everything from the point that it asked for
 * @param id the place where it begins
 * @param firstLive the number of the first message that came after the reader
 */
public record StartPosition(long number, @Nullable Replay replay, boolean recovered, String id, long firstLive) {

    private static final long LONG_AGO = Long.MAX_VALUE / 4;

    /**
     * What has to be known besides the feed.
     *
     * @param forgotten what is gone of channels that are not there any more
     * @param arrival of the last message
     * @param now by the monotonic clock, in nanoseconds
     * @param wallMillis by the wall clock, in milliseconds
     * @param hubStartedAt when the hub began, by the monotonic clock
     */
    record StoreState(
            VersionVector arrivals,
            EvictionWatermark forgotten,
            long arrival,
            long now,
            long wallMillis,
            long hubStartedAt) {}

    /** Under the store's lock. */
    static StartPosition of(Feed feed, Since since, StoreState storeState) {
        return switch (since) {
            case Since.Point point ->
                switch (point) {
                    case NONE -> at(feed, feed.end(), null, false, storeState);
                    case LATEST -> latest(feed, storeState);
                    case ALL ->
                        at(feed, feed.first(), null, watermark(feed, storeState).isEmpty(), storeState);
                };
            case Since.Ago ago ->
                from(feed, storeState.now - Math.min(RetentionManager.nanos(ago.time()), LONG_AGO), storeState);
            case Since.At at -> {
                long millis = Math.max(0, storeState.wallMillis - at.moment().toEpochMilli());
                yield from(feed, storeState.now - millis * 1_000_000, storeState);
            }
            case Since.After after -> after(feed, MessageId.parse(after.id()), storeState);
        };
    }

    private static StartPosition latest(Feed feed, StoreState storeState) {
        long end = feed.end();
        boolean any = feed.nextPresent(feed.first()) < end;
        boolean recovered = any || watermark(feed, storeState).isEmpty();
        if (feed.logs.size() == 1 && !feed.isConflated()) {
            return at(feed, any ? feed.newest() : end, null, recovered, storeState);
        }
        Predicate<Entry> newest = entry -> entry.log.isNewest(entry, storeState.arrival);
        return at(feed, feed.first(), feed.isConflated() ? null : new Replay(end, newest), recovered, storeState);
    }

    private static StartPosition from(Feed feed, long moment, StoreState storeState) {
        long number = feed.first();
        Entry entry = feed.get(number);
        while (number < feed.end() && (entry == null || entry.nanos - moment < 0)) {
            number++;
            entry = feed.get(number);
        }
        boolean recovered = moment - storeState.hubStartedAt >= 0
                && watermark(feed, storeState).isBefore(moment);
        return at(feed, number, null, recovered, storeState);
    }

    private static StartPosition after(Feed feed, MessageId asked, StoreState storeState) {
        MessageId id = asked;
        boolean recovered = watermark(feed, storeState).isCoveredBy(id) && storeState.arrivals.isKnown(id);
        Position own = storeState.arrivals.own();
        Position mine = id.position(own.origin());
        if (mine != null && (!storeState.arrivals.isKnown(mine) || own.isBefore(mine))) {
            // of a start that nothing is known of, or of another hub: it says nothing about what was published here
            recovered = false;
            List<Position> rest = new ArrayList<>(id.positions());
            rest.remove(mine);
            if (rest.isEmpty()) {
                return at(feed, feed.first(), null, false, storeState);
            }
            id = new MessageId(rest);
        }
        MessageId known = id;
        Predicate<Entry> wanted = entry -> known.precedes(entry.message.position());
        long number = feed.first();
        while (number < feed.end() && !isWanted(feed.get(number), wanted)) {
            number++;
        }
        boolean plain = storeState.arrivals.isSingleOrigin()
                && known.positions().size() == 1
                && known.position(own.origin()) != null;
        long until = storeState.arrivals.covers(known) ? feed.end() : Long.MAX_VALUE;
        MessageId further = until == Long.MAX_VALUE ? known : null;
        StartPosition found =
                at(feed, number, plain ? null : new Replay(until, wanted, further), recovered, storeState);
        return recovered ? new StartPosition(number, found.replay, true, asked.text(), found.firstLive) : found;
    }

    private static boolean isWanted(@Nullable Entry entry, Predicate<Entry> wanted) {
        return entry != null && wanted.test(entry);
    }

    private static StartPosition at(
            Feed feed, long number, @Nullable Replay replay, boolean recovered, StoreState storeState) {
        Entry next = feed.get(feed.nextPresent(number));
        String id = next == null ? storeState.arrivals.endId() : next.message.idBefore();
        return new StartPosition(number, replay, recovered, id, feed.end());
    }

    /** What is gone of all that the feed reads. */
    private static EvictionWatermark watermark(Feed feed, StoreState storeState) {
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(storeState.forgotten);
        feed.logs.forEach(log -> evictionWatermark.raise(log.watermark));
        return evictionWatermark;
    }
}
