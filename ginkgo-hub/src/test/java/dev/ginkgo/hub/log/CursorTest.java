package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Cursors over an in-memory feed: start positions, replay and gaps. */
class CursorTest extends CursorFixture {
    @Nested
    @DisplayName("Start")
    class Start {
        @Test
        @DisplayName("none: the cursor reads messages published from now on")
        void none() {
            publish(log, "1");
            Cursor cursor = open(Since.Point.NONE);
            assertThat(read(cursor)).isEmpty();
            publish(log, "2");
            assertThat(read(cursor)).containsExactly("2");
            assertThat(read(cursor)).isEmpty();
        }

        @Test
        @DisplayName("all: reads the retained messages first, marked as replayed, then new messages")
        void all() {
            publish(log, "1");
            publish(log, "2");
            Cursor cursor = open(Since.Point.ALL);
            publish(log, "3");
            assertThat(cursor.start().recovered()).isTrue();
            assertThat(read(cursor)).containsExactly("old 1", "old 2", "3");
        }

        @Test
        @DisplayName("all: starts after evicted messages and reports recovered as false")
        void allAfterEviction() {
            publish(log, "1");
            publish(log, "2");
            evictOldest(log);
            Cursor cursor = open(Since.Point.ALL);
            assertThat(cursor.start().recovered()).isFalse();
            assertThat(read(cursor)).containsExactly("old 2");
        }

        @Test
        @DisplayName("latest: starts at the newest message")
        void latest() {
            publish(log, "1");
            publish(log, "2");
            assertThat(read(open(Since.Point.LATEST))).containsExactly("old 2");
        }

        @Test
        @DisplayName("latest with a pattern: reads the newest message of each channel, then all new messages")
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
        @DisplayName("a time: starts at the first message that is not older")
        void ago() {
            publish(log, "1");
            now += 10 * SECOND;
            publish(log, "2");
            now += SECOND;
            assertThat(read(open(new Since.Ago(Duration.ofSeconds(5))))).containsExactly("old 2");
        }

        @Test
        @DisplayName("an id: starts at the message after it")
        void after() {
            publish(log, "1");
            String id = publish(log, "2").message.id();
            publish(log, "3");
            Cursor cursor = open(new Since.After(id));
            assertThat(cursor.start().recovered()).isTrue();
            assertThat(cursor.start().id()).isEqualTo(id);
            assertThat(read(cursor)).containsExactly("old 3");
        }

        @Test
        @DisplayName(
                "an id whose next message was evicted: starts at the oldest message and reports recovered as false")
        void afterEvictedMessage() {
            String id = publish(log, "1").message.id();
            publish(log, "2");
            publish(log, "3");
            evictOldest(log);
            evictOldest(log);
            Cursor cursor = open(new Since.After(id));
            assertThat(cursor.start().recovered()).isFalse();
            assertThat(read(cursor)).containsExactly("old 3");
        }
    }

    @Nested
    @DisplayName("Replay")
    class Replayed {
        /** An id of a subscriber that has read three messages of the remote node, and none of this node. */
        private final String aheadId = MessageId.of(REMOTE, 1, 3).text();

        @Test
        @DisplayName("after an id of another node it skips only messages the subscriber has received, in any order")
        void skipsReceivedMessages() {
            add(log, new Position(REMOTE, 1, 1), "received 1");
            publish(log, "new 1");
            add(log, new Position(REMOTE, 1, 2), "received 2");
            publish(log, "new 2");
            Cursor cursor = open(new Since.After(MessageId.of(REMOTE, 1, 2).text()));
            assertThat(read(cursor)).containsExactly("old new 1", "old new 2");
        }

        @Test
        @DisplayName(
                "continues until this node has caught up with the subscriber; until then ids include both positions")
        void continuesUntilNodeHasCaughtUp() {
            add(log, new Position(REMOTE, 1, 1), "received 1");
            Cursor cursor = open(new Since.After(aheadId));
            StoredMessage local = publish(log, "local").message;
            add(log, new Position(REMOTE, 1, 2), "received 2");

            Cursor.Step step = cursor.next();
            while (step.message() == null) {
                step = cursor.next();
            }
            assertThat(step.message().text()).isEqualTo("local");
            MessageId both = local.vector().merge(MessageId.parse(aheadId));
            assertThat(step.message().id()).isEqualTo(both.text());

            assertThat(read(cursor)).isEmpty();
            assertThat(cursor.replay()).isNotNull();
            add(log, new Position(REMOTE, 1, 3), "received 3");
            assertThat(read(cursor)).isEmpty();
            assertThat(cursor.replay()).isNull();
            StoredMessage last = publish(log, "after replay").message;
            step = cursor.next();
            assertThat(requireNonNull(step.message()).id()).isEqualTo(last.id());
        }
    }

    @Nested
    @DisplayName("Gaps")
    class Gaps {
        @Test
        @DisplayName("messages evicted before they are read are counted, and the gap has the id to resume from")
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
        @DisplayName("a gap without a message after it has the id of the end")
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
        @DisplayName("messages evicted after they were read are no gap")
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
        @DisplayName("a loss is reported between the messages before and after it")
        void atItsPosition() {
            Cursor cursor = open(Since.Point.NONE);
            publish(log, "1");
            markLost();
            publish(log, "2");
            assertThat(read(cursor)).containsExactly("1", "gap", "2");
        }

        @Test
        @DisplayName("consecutive losses of unknown size are reported once; a message ends the gap")
        void consecutiveLosses() {
            Cursor cursor = open(Since.Point.NONE);
            markLost();
            assertThat(read(cursor)).containsExactly("gap");
            open(Since.Point.NONE); // another subscriber at the end: the next loss needs an entry of its own
            markLost();
            assertThat(read(cursor)).isEmpty();
            publish(log, "1");
            markLost();
            assertThat(read(cursor)).containsExactly("1", "gap");
        }

        @Test
        @DisplayName("a gap of known size is reported even directly after one of unknown size")
        void counted() {
            Cursor cursor = open(Since.Point.NONE);
            assertThat(cursor.reportsGap(Gap.UNKNOWN)).isTrue();
            assertThat(cursor.reportsGap(3)).isTrue();
            assertThat(cursor.reportsGap(Gap.UNKNOWN)).isFalse();
            cursor.advance(cursor.position(), publish(log, "1").message);
            assertThat(cursor.reportsGap(Gap.UNKNOWN)).isTrue();
        }
    }
}
