package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.sender.NettySender;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that are published together, as a subscriber receives them that has all others. */
class WholeBatchesTest {
    private static final ChannelName CHANNEL = ChannelName.of("/a");
    private static final int DEPTH = 16;
    private static final int BATCHES = 300;

    private final PoisoningAllocator memory = new PoisoningAllocator();
    private final Counters counters = new Counters();
    private final PinnedMemory pinnedMemory = new PinnedMemory(() -> 1L << 20);
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(64),
                    () -> BATCHES * DEPTH,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(10),
                    () -> 100,
                    () -> 100),
            TimeSource.system(),
            1,
            counters);

    @ParameterizedTest
    @CsvSource({"64, LINES", "64, SSE", "512, LINES", "512, NDJSON"})
    @DisplayName("H-386 messages that are published together are sent with one write, and little memory is left empty")
    void batchIsInOneSlab(int bytes, WireFormat wireFormat) throws Exception {
        // Given
        EncodedFeeds feeds = new EncodedFeeds(store, memory, pinnedMemory);
        EventLoop eventLoop = new DefaultEventLoop();
        try {
            DeliveryLoop loop =
                    new DeliveryLoop(eventLoop, TimeSource.system(), counters, pinnedMemory, new NettySender());
            JoinResult joined = feeds.join(SubscribeRequest.of(CHANNEL), wireFormat, loop);
            long position = joined.cursor().position();
            long sent = 0;
            int writes = 0;
            for (int i = 0; i < BATCHES; i++) {
                // When
                for (int message = 0; message < DEPTH; message++) {
                    store.publish(CHANNEL, Payload.text("x".repeat(bytes)));
                }
                try (Batch batch = joined.group().encodedFeed.nextBatch(position, null, false)) {
                    writes += batch.parts().size();
                    for (Batch.Part part : batch.parts()) {
                        sent += part.frames().readableBytes();
                    }
                    assertThat(batch.messages()).isEqualTo(DEPTH);
                    position = batch.next();
                }
            }

            // Then, but for the first slabs, which are smaller; the last one is not full
            double empty = 1 - (double) sent / memory.used();
            Measurements.record(
                    "writes for " + BATCHES + " batches of " + DEPTH + " × " + bytes + " bytes as " + wireFormat
                            + ", memory left empty",
                    writes + ", " + empty);
            assertThat(writes).isLessThan(BATCHES + 6);
            assertThat(empty).isLessThan(0.2);
            feeds.leave(joined.group(), joined.cursor());
        } finally {
            eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            store.close();
        }
    }
}
