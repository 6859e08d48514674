package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.VersionVector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An in-memory log of two channels, and cursors over their feeds. */
abstract class CursorFixture {
    static final long LOCAL = 1;
    static final long REMOTE = 5;
    static final long SECOND = Duration.ofSeconds(1).toNanos();

    final VersionVector versionVector = new VersionVector(new Position(LOCAL, 7, 0), 0);
    final EvictionWatermark forgotten = new EvictionWatermark();
    final ChannelLog log = new ChannelLog(ChannelName.of("/a"), new EvictionWatermark());
    final ChannelLog other = new ChannelLog(ChannelName.of("/b"), new EvictionWatermark());
    long arrival;
    long now;

    Entry publish(ChannelLog to, String text) {
        return add(to, versionVector.own().next(), text);
    }

    Entry add(ChannelLog to, Position position, String text) {
        List<Position> others = versionVector.add(position, now, Long.MAX_VALUE);
        StoredMessage message = new StoredMessage(to.name.text(), position, others, Instant.EPOCH, Payload.text(text));
        Entry entry = new Entry(message, to, now, ++arrival, null);
        to.feed.add(entry);
        to.mergedFeeds().forEach(feed -> feed.add(entry));
        return entry;
    }

    void evictOldest(ChannelLog from) {
        Entry oldest = from.oldest();
        from.remove(requireNonNull(oldest));
    }

    void markLost() {
        log.feed.markLost(++arrival);
    }

    Cursor open(Feed feed, Since since) {
        Cursor cursor = new Cursor(
                feed,
                StartPosition.of(
                        feed, since, new StartPosition.StoreState(versionVector, _ -> forgotten, arrival, now, 0, 0)),
                versionVector);
        feed.joined(cursor.position());
        return cursor;
    }

    Cursor open(Since since) {
        return open(log.feed, since);
    }

    /** Reads all available messages and gaps. */
    static List<String> read(Cursor cursor) {
        List<String> read = new ArrayList<>();
        for (Cursor.Step step = cursor.next(); !step.atEnd(); step = cursor.next()) {
            Message message = step.message();
            if (message != null) {
                read.add((step.replayed() ? "old " : "") + message.text());
            } else if (step.missed() != 0) {
                read.add(step.missed() == Gap.UNKNOWN ? "gap" : "gap of " + step.missed());
            }
        }
        return read;
    }

    Feed merged() {
        Feed feed = Feed.of(ChannelSelector.of("/*"), Since.Point.ALL);
        log.addTo(feed);
        other.addTo(feed);
        return feed;
    }
}
