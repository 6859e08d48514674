package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.MessageId;
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
 * @param end the number of the first message that came after the reader
 */
public record StartPosition(long number, @Nullable Replay replay, boolean recovered, String id, long end) {

    private static final long LONG_AGO = Long.MAX_VALUE / 4;

    /**
     * What has to be known besides the feed.
     *
     * @param forgotten what is gone of channels that are not there any more
     * @param arrival of the last message
     * @param now by the monotonic clock, in nanoseconds
     * @param wall by the wall clock, in milliseconds
     * @param begun when the hub began, by the monotonic clock
     */
    record StoreState(VersionVector arrivals, EvictionWatermark forgotten, long arrival, long now, long wall, long begun) {}

    /** Under the store's lock. */
    static StartPosition of(Feed feed, Since since, StoreState scene) {
        return switch (since) {
            case Since.Point point ->
                switch (point) {
                    case NONE -> at(feed, feed.end(), null, false, scene);
                    case LATEST -> latest(feed, scene);
                    case ALL -> at(feed, feed.first(), null, floor(feed, scene).isEmpty(), scene);
                };
            case Since.Ago ago -> from(feed, scene.now - Math.min(RetentionManager.nanos(ago.time()), LONG_AGO), scene);
            case Since.At at -> {
                long millis = Math.max(0, scene.wall - at.moment().toEpochMilli());
                yield from(feed, scene.now - millis * 1_000_000, scene);
            }
            case Since.After after -> after(feed, MessageId.parse(after.id()), scene);
        };
    }

    private static StartPosition latest(Feed feed, StoreState scene) {
        long end = feed.end();
        boolean any = feed.present(feed.first()) < end;
        boolean recovered = any || floor(feed, scene).isEmpty();
        if (feed.logs.size() == 1 && !feed.isConflated()) {
            return at(feed, any ? feed.newest() : end, null, recovered, scene);
        }
        Predicate<Entry> newest = entry -> entry.log.isNewest(entry, scene.arrival);
        return at(feed, feed.first(), feed.isConflated() ? null : new Replay(end, newest), recovered, scene);
    }

    private static StartPosition from(Feed feed, long moment, StoreState scene) {
        long number = feed.first();
        Entry entry = feed.get(number);
        while (number < feed.end() && (entry == null || entry.nanos - moment < 0)) {
            number++;
            entry = feed.get(number);
        }
        boolean recovered = moment - scene.begun >= 0 && floor(feed, scene).isBefore(moment);
        return at(feed, number, null, recovered, scene);
    }

    private static StartPosition after(Feed feed, MessageId asked, StoreState scene) {
        MessageId id = asked;
        boolean recovered = floor(feed, scene).isReachedBy(id) && scene.arrivals.know(id);
        Position own = scene.arrivals.own();
        Position mine = id.position(own.origin());
        if (mine != null && (!scene.arrivals.know(mine) || own.isBefore(mine))) {
            // of a start that nothing is known of, or of another hub: it says nothing about what was published here
            recovered = false;
            List<Position> rest = new ArrayList<>(id.positions());
            rest.remove(mine);
            if (rest.isEmpty()) {
                return at(feed, feed.first(), null, false, scene);
            }
            id = new MessageId(rest);
        }
        MessageId known = id;
        Predicate<Entry> wanted = entry -> known.precedes(entry.message.position());
        long number = feed.first();
        while (number < feed.end() && !isWanted(feed.get(number), wanted)) {
            number++;
        }
        boolean plain =
                scene.arrivals.isAlone() && known.positions().size() == 1 && known.position(own.origin()) != null;
        long until = scene.arrivals.reach(known) ? feed.end() : Long.MAX_VALUE;
        MessageId further = until == Long.MAX_VALUE ? known : null;
        StartPosition found = at(feed, number, plain ? null : new Replay(until, wanted, further), recovered, scene);
        return recovered ? new StartPosition(number, found.replay, true, asked.text(), found.end) : found;
    }

    private static boolean isWanted(@Nullable Entry entry, Predicate<Entry> wanted) {
        return entry != null && wanted.test(entry);
    }

    private static StartPosition at(Feed feed, long number, @Nullable Replay replay, boolean recovered, StoreState scene) {
        Entry next = feed.get(feed.present(number));
        String id = next == null ? scene.arrivals.now() : next.message.idBefore();
        return new StartPosition(number, replay, recovered, id, feed.end());
    }

    /** What is gone of all that the feed reads. */
    private static EvictionWatermark floor(Feed feed, StoreState scene) {
        EvictionWatermark floor = new EvictionWatermark();
        floor.raise(scene.forgotten);
        feed.logs.forEach(log -> floor.raise(log.floor));
        return floor;
    }
}
