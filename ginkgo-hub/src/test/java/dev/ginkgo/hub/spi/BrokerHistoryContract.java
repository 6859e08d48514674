package dev.ginkgo.hub.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract of brokers whose streams retain messages for readers that start later. */
public abstract class BrokerHistoryContract extends BrokerContract {
    private static final Duration LONG = Duration.ofHours(1);

    /** Makes the broker discard the messages of the stream of a channel up to a position. */
    protected abstract void discard(String channel, BrokerPosition through) throws Exception;

    @Test
    @DisplayName("H-233 a reader that starts later receives the same messages at the same positions")
    void readsHistory() throws Exception {
        // Given
        BrokerNode sender = reader("a");
        List<String> texts = numbers("m", 300);
        for (CompletableFuture<BrokerPosition> each :
                texts.stream().map(text -> sender.append("/x", text)).toList()) {
            get(each);
        }
        awaitTexts(sender, texts);

        // When
        BrokerNode late = join("b");
        late.read(new ReadStart.Tail(LONG, 1_000_000));

        // Then
        soon().until(() -> late.texts().size() >= texts.size());
        List<RecordingBrokerListener.Received> read = late.listener.received();
        assertThat(read.subList(read.size() - texts.size(), read.size()).stream()
                        .map(RecordingBrokerListener.Received::position))
                .isEqualTo(sender.listener.received().stream()
                        .map(RecordingBrokerListener.Received::position)
                        .toList());
        assertThat(read).allSatisfy(each -> assertThat(each.storedMillis()).isPositive());
    }

    @Test
    @DisplayName("H-233 the tail of a stream has the requested size, and the positions before it are reported as lost")
    void readsTail() throws Exception {
        BrokerNode sender = reader("a");
        for (String text : numbers("a message of about 32 characters ", 99)) {
            get(sender.append("/x", text));
        }
        BrokerPosition end = get(sender.append("/x", "a message of about 32 characters 100"));

        BrokerNode late = join("b");
        late.read(new ReadStart.Tail(LONG, 1_000));

        soon().until(() -> late.listener.last(end.stream()) == end.sequence());
        assertThat(late.texts()).hasSizeBetween(10, 60).last().isEqualTo("a message of about 32 characters 100");
        assertThat(late.listener.lost()).anySatisfy(range -> {
            assertThat(range.origin()).isEqualTo(end.stream());
            assertThat(range.from()).isEqualTo(1);
        });
    }

    @Test
    @DisplayName("H-233 positions whose messages the broker has discarded are reported as lost")
    void reportsDiscardedPositions() throws Exception {
        BrokerNode sender = reader("a");
        get(sender.append("/x", "1"));
        BrokerPosition discarded = get(sender.append("/x", "2"));
        BrokerPosition kept = get(sender.append("/x", "3"));
        discard("/x", discarded);

        BrokerNode late = join("b");
        late.read(new ReadStart.After(0));

        soon().until(() -> late.listener.last(kept.stream()) == kept.sequence());
        assertThat(late.texts()).containsExactly("3");
        assertThat(late.listener.lost()).contains(new SequenceRange(discarded.stream(), 1, discarded.sequence()));
    }
}
