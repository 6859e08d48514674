package dev.ginkgo.hub.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.replication.StoreReplicationSink;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.GzipReader;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Compressed streams, which share compressed messages with others. */
class CompressedStreamsTest {
    private static final String LAST = "the last message";
    private static final int MESSAGES = 600;
    private static final Pattern NEXT_POSITION =
            Pattern.compile("\\u001e?\\{\"event\":\"next\"[^\n]*\n|event: ?next\n(?:[^\n]+\n)*\n");
    private static final List<WireFormat> FORMATS =
            List.of(WireFormat.LINES, WireFormat.LINES_WITH_IDS, WireFormat.SSE, WireFormat.NDJSON);

    private final Random random = new Random(7);

    private String payload() {
        StringBuilder text = new StringBuilder();
        int length = switch (random.nextInt(100)) {
            case 0 -> 30_000;
            case 1, 2, 3 -> 5_000;
            default -> 1 + random.nextInt(700);
        };
        while (text.length() < length) {
            text.append(random.nextInt(3) == 0 ? "föhn 🌳\n" : "{\"sensor\":").append(random.nextInt(99));
        }
        return text.toString();
    }

    /** A subscriber: its format, where it starts, and whether its socket is full soon if it does not read. */
    private record Start(SubscribeRequest request, WireFormat format, boolean slow) {}

    private Start start(List<String> ids) {
        ChannelSelector selector = ChannelSelector.of(ChannelName.of(random.nextInt(4) == 0 ? "/other" : "/a"));
        if (random.nextInt(3) == 0) {
            selector = ChannelSelector.of("/*");
        }
        Since since = random.nextInt(5) == 0 ? Since.Point.ALL : new Since.After(ids.get(random.nextInt(ids.size())));
        return new Start(
                SubscribeRequest.of(selector, since),
                FORMATS.get(random.nextInt(FORMATS.size())),
                random.nextBoolean());
    }

    /** Reads the beginning of a stream, stalls, and disconnects or reads to its end. Returns what was received. */
    private static String read(
            DirectStreamHub hub, ChunkedStreamClient client, int length, boolean toEnd, CountDownLatch stall)
            throws Exception {
        try (GzipReader reader = new GzipReader(client)) {
            String begin = reader.read(length);
            stall.await();
            if (!toEnd) {
                return begin + reader.read(length);
            }
            String all = begin + reader.readTo(LAST);
            hub.streamOf(client).endGracefully("done");
            return all + reader.readToEnd(); // which checks the checksum
        }
    }

    @Test
    @DisplayName("H-250 subscribers that join at random positions, stall, disconnect and resume decompress exactly what"
            + " others receive without compression, with a valid end")
    void everySubscriber_receivesThePlainView() throws Exception {
        try (DirectStreamHub hub = new DirectStreamHub(2, "http.heartbeat = '10m'\nwrite-timeout = '10m'")) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < MESSAGES / 2; i++) {
                ids.add(hub.hub.publish(i % 5 == 0 ? "/other" : "/a", payload()).id());
            }
            // Given subscribers of each format at random positions: some disconnect at a random byte
            CountDownLatch stall = new CountDownLatch(1);
            List<Start> starts = new ArrayList<>();
            List<FutureTask<String>> readers = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Start start = start(ids);
                int length = 1 + random.nextInt(10_000);
                boolean toEnd = i % 2 == 0;
                ChunkedStreamClient client =
                        hub.connect(start.request, start.format.compressed(), start.slow ? 4096 : 0);
                FutureTask<String> reader = new FutureTask<>(() -> read(hub, client, length, toEnd, stall));
                starts.add(start);
                readers.add(reader);
                Thread.ofVirtual().start(reader);
            }

            // When messages are published while they read, and while they do not
            for (int i = MESSAGES / 2; i < MESSAGES; i++) {
                hub.hub.publish(i % 5 == 0 ? "/other" : "/a", payload());
                if (i == MESSAGES * 3 / 4) {
                    stall.countDown();
                }
            }
            hub.hub.publish("/other", LAST);
            hub.hub.publish("/a", LAST);

            // Then everything is as without compression
            for (int i = 0; i < readers.size(); i++) {
                String received = readers.get(i).get(60, TimeUnit.SECONDS);
                Start start = starts.get(i);
                String plain = plain(hub, start);
                if (i % 2 == 0) {
                    int last = received.indexOf(LAST) + LAST.length();
                    assertSame(received.substring(0, last), plain);
                    assertThat(received.substring(last)).contains("bye", "done");
                } else {
                    assertThat(received).isNotEmpty();
                    assertSame(received, plain.substring(0, Math.min(plain.length(), received.length())));
                }
            }
        }
    }

    private static void assertSame(String received, String plain) {
        int end = Math.min(received.length(), plain.length());
        int same = 0;
        while (same < end && received.charAt(same) == plain.charAt(same)) {
            same++;
        }
        int from = Math.max(0, same - 100);
        assertThat(received.substring(from, Math.min(received.length(), same + 100)))
                .as("around byte " + same)
                .isEqualTo(plain.substring(from, Math.min(plain.length(), same + 100)));
    }

    /** Returns what a subscriber receives without compression, up to the last message. */
    private static String plain(DirectStreamHub hub, Start start) throws IOException {
        try (ChunkedStreamClient client = hub.connect(start.request, start.format, 0)) {
            StringBuilder all = new StringBuilder();
            while (all.indexOf(LAST) < 0) {
                all.append(new String(client.nextChunk(), ISO_8859_1));
            }
            return all.substring(0, all.indexOf(LAST) + LAST.length());
        }
    }

    @Test
    @DisplayName("H-250 a subscriber that has every second message already receives the others as without compression")
    void subscriberWithHalfOfTheMessages_receivesTheOthers() throws Exception {
        NodeIncarnation peer = new NodeIncarnation("10.0.0.2:4440", 3);
        try (DirectStreamHub hub = new DirectStreamHub(1, "")) {
            // Given messages of this node and of another one, in turns
            StoreReplicationSink sink = new StoreReplicationSink(
                    (Store) HubAccess.publisher(hub.hub),
                    new IdempotencyCache(TimeSource.system()),
                    TimeSource.system());
            String first = "";
            for (int i = 1; i <= 300; i++) {
                String id = hub.hub.publish("/a", "own " + payload()).id();
                first = i == 1 ? id : first;
                byte[] bytes = ("other " + payload()).getBytes(UTF_8);
                sink.relay(new Envelope(peer, i, i - 1, "/a", false, bytes, 0, Optional.empty()));
            }
            hub.hub.publish("/a", LAST);

            // When a subscriber resumes that has received those of the other node
            MessageId.Position had = new MessageId.Position(OriginId.of(peer.name()), peer.incarnation(), 300);
            MessageId id =
                    MessageId.of(MessageId.parse(first).positions().getFirst().before(), List.of(had));
            for (WireFormat each : FORMATS) {
                ChannelSelector channel = ChannelSelector.of(ChannelName.of("/a"));
                Start start = new Start(SubscribeRequest.of(channel, new Since.After(id.text())), each, false);
                String plain = withoutNextPositions(plain(hub, start));
                try (GzipReader reader = new GzipReader(hub.connect(start.request, each.compressed(), 0))) {
                    String received = withoutNextPositions(reader.readTo(LAST));
                    assertSame(received.substring(0, Math.min(received.length(), plain.length())), plain);
                }
                assertThat(plain).contains("own ").doesNotContain("other ");
            }
        }
    }

    /** Removes the events that end a batch and contain the merged id: compressed batches end elsewhere. */
    private static String withoutNextPositions(String stream) {
        return NEXT_POSITION.matcher(stream).replaceAll("");
    }

    @Test
    @DisplayName(
            "H-251 messages are compressed once for all subscribers of a format, also at different loops, and those"
                    + " that resume within a slab share the next one")
    void messages_areCompressedOnce() throws Exception {
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
        DefaultEventLoop eventLoop = new DefaultEventLoop();
        Counters counters = new Counters();
        StoreLimits limits = new StoreLimits(
                () -> Size.ofMebibytes(8),
                () -> 1_000,
                () -> Duration.ZERO,
                () -> Duration.ofMinutes(1),
                () -> 9,
                () -> 9);
        PinnedMemory pinned = new PinnedMemory(() -> 1 << 20);
        Store store = new Store(limits, TimeSource.system(), 1, counters);
        try {
            ChannelName channel = ChannelName.of("/a");
            EncodedFeeds feeds = new EncodedFeeds(store, memory, pinned);
            SubscribeRequest request = SubscribeRequest.of(ChannelSelector.of(channel), Since.Point.ALL);
            JoinResult first = feeds.join(
                    request,
                    WireFormat.GZIP_NDJSON,
                    new DeliveryLoop(eventLoop, TimeSource.system(), counters, pinned));
            JoinResult other = feeds.join(
                    request,
                    WireFormat.GZIP_NDJSON,
                    new DeliveryLoop(eventLoop, TimeSource.system(), counters, pinned));
            for (int i = 0; i < 200; i++) {
                store.publish(channel, Payload.text(payload()));
            }
            EncodedFeed feed = first.group().encodedFeed;
            assertThat(other.group().encodedFeed).isSameAs(feed);

            // When batches are built from the same position twice, and from a position in the middle of the first slab
            try (Batch one = feed.nextBatch(0, null, false);
                    Batch two = feed.nextBatch(0, null, false);
                    Batch resumed = feed.nextBatch(middleOfSlab(one), null, false)) {
                // Then the same compressed slabs are in the first two, and all but the first slab in the third
                List<Slab> slabs = one.parts().stream().map(Batch.Part::slab).toList();
                assertThat(two.parts().stream().map(Batch.Part::slab)).containsExactlyElementsOf(slabs);
                assertThat(slabs).hasSizeGreaterThan(2).allMatch(slab -> slab.checksum != null);
                List<Slab> rest = resumed.parts().stream().map(Batch.Part::slab).toList();
                assertThat(slabs).doesNotContain(rest.getFirst());
                assertThat(rest.get(1)).isIn(slabs);
                int shared = slabs.size() - slabs.indexOf(rest.get(1));
                assertThat(rest.subList(1, 1 + shared)).isEqualTo(slabs.subList(slabs.size() - shared, slabs.size()));
                // and they are a fraction of what they contain
                assertThat(slabs.stream().mapToLong(Slab::capacity).sum())
                        .isLessThan(one.parts().stream()
                                        .mapToLong(part -> part.slab().checksum == null
                                                ? 0
                                                : part.slab().checksum.length())
                                        .sum()
                                / 2);
            }
            feeds.leave(first.group(), first.cursor());
            feeds.leave(other.group(), other.cursor());
            feeds.close();
            assertThat(memory.metric().usedDirectMemory()).isZero();
        } finally {
            store.close();
            eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static long middleOfSlab(Batch batch) {
        return batch.parts().stream()
                        .filter(part -> part.to() - part.from() > 1)
                        .findFirst()
                        .orElseThrow()
                        .from()
                + 1;
    }

    @Test
    @DisplayName("H-252 a message is sent at once, and can be decompressed without the next one")
    void everyMessage_isFlushed() throws Exception {
        try (DirectStreamHub hub = new DirectStreamHub(1, "")) {
            List<GzipReader> readers = new ArrayList<>();
            for (WireFormat each : FORMATS) {
                readers.add(new GzipReader(hub.connect("/a", each.compressed())));
            }
            for (int i = 0; i < 20; i++) {
                String message = "message " + i + " " + payload().replace("\n", "");
                hub.hub.publish("/a", message);
                for (GzipReader each : readers) {
                    each.readTo("message " + i + " ");
                }
            }
        }
    }

    @Test
    @DisplayName("H-253 a compressed subscriber that does not read receives a gap and whole messages later")
    void slowSubscriber_receivesGap() throws Exception {
        try (DirectStreamHub hub =
                new DirectStreamHub(1, "history.count = 4\nhistory.grace = '0s'\nwrite-timeout = '10m'")) {
            // Given a subscriber with a pending write, whose messages have been evicted from the log
            try (GzipReader slow = new GzipReader(hub.connect("/a", WireFormat.GZIP_NDJSON, 4096))) {
                byte[] noise = new byte[24_000];
                int published = 0;
                int afterPending = 0;
                while (afterPending < 50) {
                    random.nextBytes(noise);
                    hub.hub.publish("/a", "%08d".formatted(published++) + new String(noise, ISO_8859_1));
                    afterPending += hub.stats().pinnedBytes() > 0 ? 1 : 0;
                }
                hub.hub.publish("/a", LAST);

                // When it reads, Then messages and gaps follow each other without a hole
                String all = slow.readTo(LAST);
                int expected = 0;
                for (String line : all.split("\n", -1)) {
                    if (line.startsWith("{\"event\":\"gap\"")) {
                        expected += Integer.parseInt(line.replaceAll(".*\"missed\":(\\d+).*", "$1"));
                    } else if (line.contains("\"data\":\"") && !line.contains(LAST)) {
                        assertThat(line).contains("\"data\":\"%08d".formatted(expected++));
                    }
                }
                assertThat(expected).isEqualTo(published);
                assertThat(all).contains("\"event\":\"gap\"");
            }
        }
    }

    @Test
    @DisplayName("H-253 what compressed subscribers that do not read retain counts once, and has the budget of all"
            + " pending writes")
    void pendingWrites_haveABudget() throws Exception {
        try (DirectStreamHub hub = new DirectStreamHub(1, "store.budget = '16MiB'\nwrite-timeout = '10m'")) {
            List<String> ids = new ArrayList<>();
            char[] noise = new char[200_000];
            for (int i = 0; i < 40; i++) {
                for (int at = 0; at < noise.length; at++) {
                    noise[at] = (char) (' ' + random.nextInt(95));
                }
                ids.add(hub.hub.publish("/a", String.valueOf(noise)).id());
            }
            // When 120 subscribers resume at 30 positions, and read nothing
            long most = 0;
            for (int i = 0; i < 120; i++) {
                Since since = new Since.After(ids.get(i % 30));
                hub.connect(
                        SubscribeRequest.of(ChannelSelector.of(ChannelName.of("/a")), since),
                        WireFormat.GZIP_LINES,
                        4096);
                hub.statsWhenIdle();
                most = Math.max(most, hub.memory.metric().usedDirectMemory());
            }

            // Then they take what the budget allows: 16 MiB for encoded messages, 8 MiB for writes in progress
            assertThat(most).isLessThan(25L << 20);
            assertThat(hub.stats().subscribers()).isEqualTo(120);
        }
    }
}
