package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.VersionVector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a subscriber reads from a feed in memory, one message at a time and in batches. */
class CursorTest {
    private static final long HERE = 1;
    private static final long ELSEWHERE = 5;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final VersionVector versionVector = new VersionVector(new Position(HERE, 7, 0), 0);
    private final EvictionWatermark forgotten = new EvictionWatermark();
    private final ChannelLog log = new ChannelLog(ChannelName.of("/a"), new EvictionWatermark());
    private final ChannelLog other = new ChannelLog(ChannelName.of("/b"), new EvictionWatermark());
    private long arrival;
    private long now;

    private Entry publish(ChannelLog to, String text) {
        return add(to, versionVector.own().next(), text);
    }

    private Entry add(ChannelLog to, Position position, String text) {
        List<Position> others = versionVector.add(position, now, Long.MAX_VALUE);
        StoredMessage message = new StoredMessage(to.name.text(), position, others, Instant.EPOCH, Payload.text(text));
        Entry entry = new Entry(message, to, now, ++arrival, null);
        to.feed.add(entry);
        to.mergedFeeds().forEach(feed -> feed.add(entry));
        return entry;
    }

    private void evictOldest(ChannelLog from) {
        Entry oldest = from.oldest();
        from.remove(requireNonNull(oldest));
    }

    private void lose() {
        log.feed.markLost(++arrival);
    }

    private Cursor open(Feed feed, Since since) {
        Cursor cursor = new Cursor(
                feed,
                StartPosition.of(
                        feed, since, new StartPosition.StoreState(versionVector, forgotten, arrival, now, 0, 0)),
                versionVector);
        if (cursor.position() == feed.end()) {
            feed.joinedAtEnd();
        }
        return cursor;
    }

    private Cursor open(Since since) {
        return open(log.feed, since);
    }

    /** All that there is to read: texts, and gaps. */
    private static List<String> read(Cursor cursor) {
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

    @Nested
    @DisplayName("Start")
    class Start {
        @Test
        @DisplayName("with none the cursor reads what is published from now on")
        void none() {
            publish(log, "1");
            Cursor cursor = open(Since.Point.NONE);
            assertThat(read(cursor)).isEmpty();
            publish(log, "2");
            assertThat(read(cursor)).containsExactly("2");
            assertThat(read(cursor)).isEmpty();
        }

        @Test
        @DisplayName("with all it reads what is held first, as old, and then what is published")
        void all() {
            publish(log, "1");
            publish(log, "2");
            Cursor cursor = open(Since.Point.ALL);
            publish(log, "3");
            assertThat(cursor.start.recovered()).isTrue();
            assertThat(read(cursor)).containsExactly("old 1", "old 2", "3");
        }

        @Test
        @DisplayName("with all it starts after what is gone, and says that some of it is")
        void allOfTheRest() {
            publish(log, "1");
            publish(log, "2");
            evictOldest(log);
            Cursor cursor = open(Since.Point.ALL);
            assertThat(cursor.start.recovered()).isFalse();
            assertThat(read(cursor)).containsExactly("old 2");
        }

        @Test
        @DisplayName("with latest it starts at the newest message")
        void latest() {
            publish(log, "1");
            publish(log, "2");
            assertThat(read(open(Since.Point.LATEST))).containsExactly("old 2");
        }

        @Test
        @DisplayName("with latest it reads the newest of each channel of a pattern, and then everything")
        void latestOfEach() {
            Feed feed = merged();
            publish(log, "a1");
            publish(other, "b1");
            publish(log, "a2");
            Cursor cursor = open(feed, Since.Point.LATEST);
            publish(other, "b2");
            publish(other, "b3");
            assertThat(cursor.replay()).isNotNull();
            assertThat(read(cursor)).containsExactly("old b1", "old a2", "b2", "b3");
            assertThat(cursor.replay()).isNull();
        }

        @Test
        @DisplayName("with a time it starts at the first message that is not older")
        void ago() {
            publish(log, "1");
            now += 10 * SECOND;
            publish(log, "2");
            now += SECOND;
            assertThat(read(open(new Since.Ago(Duration.ofSeconds(5))))).containsExactly("old 2");
        }

        @Test
        @DisplayName("after an id it starts at the message after it")
        void after() {
            publish(log, "1");
            String id = publish(log, "2").message.id();
            publish(log, "3");
            Cursor cursor = open(new Since.After(id));
            assertThat(cursor.start.recovered()).isTrue();
            assertThat(cursor.start.id()).isEqualTo(id);
            assertThat(read(cursor)).containsExactly("old 3");
        }

        @Test
        @DisplayName("after an id whose next message is gone it starts at the oldest, and says so")
        void afterWhatIsGone() {
            String id = publish(log, "1").message.id();
            publish(log, "2");
            publish(log, "3");
            evictOldest(log);
            evictOldest(log);
            Cursor cursor = open(new Since.After(id));
            assertThat(cursor.start.recovered()).isFalse();
            assertThat(read(cursor)).containsExactly("old 3");
        }
    }

    @Nested
    @DisplayName("Replay")
    class Replayed {
        /** Has read three messages of the other node, and none of this one. */
        private final String further = MessageId.of(ELSEWHERE, 1, 3).text();

        @Test
        @DisplayName("after an id of another node it skips only what the subscriber has had, in whatever order it came")
        void skips() {
            add(log, new Position(ELSEWHERE, 1, 1), "had 1");
            publish(log, "new 1");
            add(log, new Position(ELSEWHERE, 1, 2), "had 2");
            publish(log, "new 2");
            Cursor cursor = open(new Since.After(MessageId.of(ELSEWHERE, 1, 2).text()));
            assertThat(read(cursor)).containsExactly("old new 1", "old new 2");
        }

        @Test
        @DisplayName("lasts until this node is as far as the subscriber, and its ids hold both until then")
        void lasts() {
            add(log, new Position(ELSEWHERE, 1, 1), "had 1");
            Cursor cursor = open(new Since.After(further));
            StoredMessage local = publish(log, "local").message;
            add(log, new Position(ELSEWHERE, 1, 2), "had 2");

            Cursor.Step step = cursor.next();
            while (step.message() == null) {
                step = cursor.next();
            }
            assertThat(step.message().text()).isEqualTo("local");
            MessageId both = local.vector().merge(MessageId.parse(further));
            assertThat(step.message().id()).isEqualTo(both.text());

            assertThat(read(cursor)).isEmpty();
            assertThat(cursor.replay()).isNotNull();
            add(log, new Position(ELSEWHERE, 1, 3), "had 3");
            assertThat(read(cursor)).isEmpty();
            assertThat(cursor.replay()).isNull();
            StoredMessage last = publish(log, "after all").message;
            step = cursor.next();
            assertThat(requireNonNull(step.message()).id()).isEqualTo(last.id());
        }
    }

    @Nested
    @DisplayName("Gaps")
    class Gaps {
        @Test
        @DisplayName("messages that are evicted before they are read are counted, and the gap has the id to go on from")
        void evicted() {
            Cursor cursor = open(Since.Point.NONE);
            publish(log, "1");
            publish(log, "2");
            Entry third = publish(log, "3");
            evictOldest(log);
            evictOldest(log);
            Cursor.Step gap = cursor.next();
            assertThat(gap.missed()).isEqualTo(2);
            assertThat(gap.after()).isEqualTo(third.message.idBefore());
            assertThat(read(cursor)).containsExactly("3");
        }

        @Test
        @DisplayName("a gap with no message after it has the id of the end")
        void atTheEnd() {
            Cursor cursor = open(Since.Point.NONE);
            Entry only = publish(log, "1");
            evictOldest(log);
            Cursor.Step gap = cursor.next();
            assertThat(gap.missed()).isEqualTo(1);
            assertThat(gap.after()).isEqualTo(versionVector.endId()).isEqualTo(only.message.id());
            assertThat(cursor.next().atEnd()).isTrue();
        }

        @Test
        @DisplayName("messages that are evicted after they are read are no gap")
        void readBefore() {
            Cursor cursor = open(Since.Point.NONE);
            publish(log, "1");
            assertThat(read(cursor)).containsExactly("1");
            evictOldest(log);
            assertThat(read(cursor)).isEmpty();
            publish(log, "2");
            assertThat(read(cursor)).containsExactly("2");
        }

        @Test
        @DisplayName("a loss is reported where it is: between the messages before and after it")
        void inItsPlace() {
            Cursor cursor = open(Since.Point.NONE);
            publish(log, "1");
            lose();
            publish(log, "2");
            assertThat(read(cursor)).containsExactly("1", "gap", "2");
        }

        @Test
        @DisplayName("losses of unknown size with no message in between are reported once; a message ends the gap")
        void inARow() {
            Cursor cursor = open(Since.Point.NONE);
            lose();
            assertThat(read(cursor)).containsExactly("gap");
            open(Since.Point.NONE); // another subscriber, for whom the next loss takes a number
            lose();
            assertThat(read(cursor)).isEmpty();
            publish(log, "1");
            lose();
            assertThat(read(cursor)).containsExactly("1", "gap");
        }

        @Test
        @DisplayName("a gap whose size is known is reported even after one of unknown size")
        void counted() {
            Cursor cursor = open(Since.Point.NONE);
            assertThat(cursor.reportsGap(Gap.UNKNOWN)).isTrue();
            assertThat(cursor.reportsGap(3)).isTrue();
            assertThat(cursor.reportsGap(Gap.UNKNOWN)).isFalse();
            cursor.advance(cursor.position(), publish(log, "1").message);
            assertThat(cursor.reportsGap(Gap.UNKNOWN)).isTrue();
        }
    }

    @Nested
    @DisplayName("Conflation")
    class Conflated {
        private final Feed feed = Feed.of(ChannelSelector.of("/*"), new Conflation(SECOND));

        Conflated() {
            log.addTo(feed);
            other.addTo(feed);
        }

        private void flush() {
            now += 2 * SECOND;
            feed.flush(now);
        }

        @Test
        @DisplayName("a newer message of a channel takes the place of the one before, without a gap")
        void superseded() {
            Cursor cursor = open(feed, Since.Point.NONE);
            publish(log, "a1");
            flush();
            publish(other, "b1");
            publish(log, "a2");
            flush();
            publish(log, "a3");
            flush();
            assertThat(read(cursor)).containsExactly("b1", "a3");
        }

        @Test
        @DisplayName("the newest message of a channel that is evicted before it is read is a gap of unknown size")
        void evicted() {
            Cursor cursor = open(feed, Since.Point.NONE);
            publish(log, "a1");
            flush();
            evictOldest(log);
            assertThat(read(cursor)).containsExactly("gap");
        }
    }

    @Nested
    @DisplayName("Batches")
    class Batches {
        @Test
        @DisplayName("advance moves on from where a batch ends, and next() reads on from there")
        void advance() {
            Cursor cursor = open(Since.Point.NONE);
            publish(log, "1");
            Entry second = publish(log, "2");
            publish(log, "3");
            cursor.advance(cursor.position() + 2, second.message);
            assertThat(read(cursor)).containsExactly("3");
        }

        @Test
        @DisplayName("the id to resume with is that of the last message, or of the gap, or of the start")
        void resumeId() {
            StoredMessage before = publish(log, "1").message;
            Cursor cursor = open(Since.Point.NONE);
            StoredMessage last = publish(log, "2").message;
            assertThat(cursor.resumeId(last, before.id())).isEqualTo(last.id());
            assertThat(cursor.resumeId(null, last.id())).isEqualTo(last.id());
            assertThat(cursor.resumeId(null, null)).isEqualTo(cursor.start.id()).isEqualTo(before.id());
            assertThat(cursor.unseenResumeId(last, null)).isNull();
        }

        @Test
        @DisplayName("while it replays for a subscriber that is further than this node, the id holds both")
        void further() {
            MessageId had = MessageId.of(ELSEWHERE, 1, 3);
            add(log, new Position(ELSEWHERE, 1, 1), "had");
            Cursor cursor = open(new Since.After(had.text()));
            StoredMessage last = publish(log, "new").message;
            String both = last.vector().merge(had).text();
            assertThat(cursor.resumeId(last, null)).isEqualTo(both);
            assertThat(cursor.unseenResumeId(last, null)).isEqualTo(both);
            assertThat(cursor.unseenResumeId(null, null)).isNull();
            assertThat(cursor.unseenResumeId(null, both)).isNull();

            StoredMessage level = add(log, new Position(ELSEWHERE, 1, 3), "had").message;
            cursor.advance(log.feed.end(), level);
            assertThat(cursor.replay()).isNull();
        }

        @Test
        @DisplayName("a replay of what was there ends where the live messages begin")
        void replayEnds() {
            Feed feed = merged();
            publish(log, "a1");
            Cursor cursor = open(feed, Since.Point.LATEST);
            cursor.advance(cursor.position(), null);
            assertThat(cursor.replay()).isNotNull();
            cursor.advance(feed.end(), null);
            assertThat(cursor.replay()).isNull();
        }
    }

    private Feed merged() {
        Feed feed = Feed.of(ChannelSelector.of("/*"));
        log.addTo(feed);
        other.addTo(feed);
        return feed;
    }
}
