package dev.ginkgo.hub.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SelectorMatcher;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Construction of merged feeds while messages are published, evicted and lost between its steps. */
class FeedAssemblerTest {
    private final List<ChannelLog> logs = IntStream.range(0, 20)
            .mapToObj(i -> new ChannelLog(ChannelName.of((i < 15 ? "/a/" : "/b/") + i), new EvictionWatermark()))
            .toList();
    private final Feed feed = Feed.of(ChannelSelector.of("/a/*"), Since.Point.ALL);
    private long charged;
    private final FeedAssembler assembler = new FeedAssembler(
            feed, new SelectorMatcher(feed.channelSelector), Feed::first, logs, List.of(), bytes -> charged += bytes);
    private final Random random = new Random(1);
    private long arrival;

    private void publish() {
        publish(logs.get(random.nextInt(logs.size())));
    }

    private void publish(ChannelLog log) {
        Position position = new Position(1, 1, ++arrival);
        StoredMessage message =
                new StoredMessage(log.name.text(), position, List.of(), Instant.EPOCH, Payload.text("x"));
        Entry entry = new Entry(message, log, arrival, arrival, null);
        log.feed.add(entry);
        log.mergedFeeds().forEach(each -> each.add(entry));
    }

    private void evict() {
        ChannelLog log = logs.get(random.nextInt(logs.size()));
        Entry oldest = log.oldest();
        if (oldest != null) {
            log.remove(oldest);
        }
    }

    private List<Long> retained() {
        return logs.stream()
                .filter(log -> log.name.text().startsWith("/a/"))
                .flatMap(log -> {
                    List<Long> arrivals = new ArrayList<>();
                    log.forEach(entry -> arrivals.add(entry.arrival));
                    return arrivals.stream();
                })
                .sorted()
                .toList();
    }

    private List<Long> merged() {
        List<Long> arrivals = new ArrayList<>();
        for (long n = feed.nextPresent(feed.first()); n < feed.end(); n = feed.nextPresent(n + 1)) {
            arrivals.add(requireNonNull(feed.get(n)).arrival);
        }
        return arrivals;
    }

    @Test
    @DisplayName("H-30 a merged feed has each retained message once, in order, whatever happens between its steps")
    void mergesWhileMessagesArrive() {
        IntStream.range(0, 10_000).forEach(_ -> publish());
        feed.setAssembler(assembler);
        FeedAssembler.Matches matches = assembler.match();
        int steps = 0;
        while (!assembler.step(matches)) {
            steps++;
            IntStream.range(0, random.nextInt(900)).forEach(_ -> publish());
            IntStream.range(0, random.nextInt(900)).forEach(_ -> evict());
        }
        feed.setAssembler(null);
        assertThat(steps).isGreaterThan(10);
        assertThat(merged()).isEqualTo(retained());

        IntStream.range(0, 1_000).forEach(_ -> publish());
        IntStream.range(0, 1_000).forEach(_ -> evict());
        assertThat(merged()).isEqualTo(retained());
        EvictionWatermark evicted = new EvictionWatermark();
        logs.stream().filter(log -> log.name.text().startsWith("/a/")).forEach(log -> evicted.raise(log.watermark));
        assertThat(feed.watermark.positions()).isEqualTo(evicted.positions());
    }

    @Test
    @DisplayName("H-30 losses that are recorded before or while a feed is merged are in the feed, each in its place")
    void keepsLosses() {
        ChannelLog log = logs.getFirst();
        publish(log);
        log.feed.markLost(++arrival);
        feed.setAssembler(assembler);
        FeedAssembler.Matches matches = assembler.match();
        IntStream.range(0, 1_500).forEach(_ -> publish());
        boolean complete = assembler.step(matches);
        feed.markLost(++arrival);
        publish();
        while (!complete) {
            complete = assembler.step(matches);
        }
        feed.setAssembler(null);
        assertThat(merged()).isEqualTo(retained());
        List<Long> gaps = new ArrayList<>();
        for (long n = feed.first(); n < feed.end(); n++) {
            if (feed.get(n) == null) {
                assertThat(feed.missedBetween(n, n + 1)).isEqualTo(Gap.UNKNOWN);
                gaps.add(n);
            }
        }
        assertThat(gaps).hasSize(2).first().isEqualTo(1L);
    }
}
