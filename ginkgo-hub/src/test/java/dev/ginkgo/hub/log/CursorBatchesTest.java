package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Cursors over an in-memory feed: conflation and batches. */
class CursorBatchesTest extends CursorFixture {
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
            feed.flush(now, 1_000);
        }

        @Test
        @DisplayName("a newer message of a channel replaces the previous one, without a gap")
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
        @DisplayName("a channel's newest message evicted before it is read is a gap of unknown size")
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
        @DisplayName("advance moves the cursor to the end of a batch, and next() continues from there")
        void advance() {
            Cursor cursor = open(Since.Point.NONE);
            publish(log, "1");
            Entry second = publish(log, "2");
            publish(log, "3");
            cursor.advance(cursor.position() + 2, second.message);
            assertThat(read(cursor)).containsExactly("3");
        }

        @Test
        @DisplayName("the resume id is that of the last message, else of the gap, else of the start")
        void resumeId() {
            StoredMessage before = publish(log, "1").message;
            Cursor cursor = open(Since.Point.NONE);
            StoredMessage last = publish(log, "2").message;
            assertThat(cursor.resumeId(last, before.id())).isEqualTo(last.id());
            assertThat(cursor.resumeId(null, last.id())).isEqualTo(last.id());
            assertThat(cursor.resumeId(null, null))
                    .isEqualTo(cursor.start().id())
                    .isEqualTo(before.id());
            assertThat(cursor.unseenResumeId(last, null)).isNull();
        }

        @Test
        @DisplayName("during a replay for a subscriber ahead of this node, the resume id includes both positions")
        void resumeIdDuringReplay() {
            MessageId received = MessageId.of(REMOTE, 1, 3);
            add(log, new Position(REMOTE, 1, 1), "received");
            Cursor cursor = open(new Since.After(received.text()));
            StoredMessage last = publish(log, "new").message;
            String both = last.vector().merge(received).text();
            assertThat(cursor.resumeId(last, null)).isEqualTo(both);
            assertThat(cursor.unseenResumeId(last, null)).isEqualTo(both);
            assertThat(cursor.unseenResumeId(null, null)).isNull();
            assertThat(cursor.unseenResumeId(null, both)).isNull();

            StoredMessage catchUp = add(log, new Position(REMOTE, 1, 3), "received").message;
            cursor.advance(log.feed.end(), catchUp);
            assertThat(cursor.replay()).isNull();
        }

        @Test
        @DisplayName("the replay of retained messages ends where live messages begin")
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
}
