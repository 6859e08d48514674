package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.SocketAdoption;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.delivery.sender.SocketSender;
import dev.ginkgo.hub.delivery.sender.SocketWrite;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The batches of a round, which subscribers at the same position share. */
class SharedBatchesTest {
    private static final ChannelName CHANNEL = ChannelName.of("/a");
    private static final int POSITIONS = 20;

    private final PoisoningAllocator memory = new PoisoningAllocator();
    private final Counters counters = new Counters();
    private final PinnedMemory pinnedMemory = new PinnedMemory(() -> 1L << 20);
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(16),
                    () -> POSITIONS,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(10),
                    () -> 100,
                    () -> 100),
            TimeSource.system(),
            1,
            counters);
    private final List<ByteBuf> submitted = new ArrayList<>();
    private final List<Integer> sentTogether = new ArrayList<>();

    /** Evicts all messages before it reads what was submitted. */
    private final class EvictingSender implements SocketSender {
        @Override
        public Support support(StreamConnection connection) {
            return Support.SUPPORTED;
        }

        @Override
        public boolean adopt(StreamConnection connection, SocketAdoption.Listener listener) {
            return false;
        }

        @Override
        public void submit(StreamConnection connection, ByteBuf frames, SocketWrite write) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public boolean send() {
            publish(POSITIONS);
            return !submitted.isEmpty();
        }

        @Override
        public void complete() {
            assertThat(submitted)
                    .allSatisfy(frames -> assertThat(frames.refCnt()).isPositive());
            sentTogether.add(submitted.size());
            submitted.clear();
        }
    }

    /** Reads the batch at one position of a group. */
    private final class Reader extends LoopSubscriber {
        private final SubscriberGroup group;
        private final long position;

        Reader(SubscriberGroup group, long position) {
            this.group = group;
            this.position = position;
        }

        @Override
        public void sendNext() {
            submitted.add(group.batch(position, false).parts().getFirst().frames());
        }

        @Override
        public void heartbeat(long idleNanos) {
            // nothing is written
        }

        @Override
        public void closeIfStalled(long timeoutNanos) {
            // nothing is written
        }

        @Override
        public void closeIfPending(PinnedMemory.Pin write) {
            // nothing is written
        }

        @Override
        public StreamConnection connection() {
            return new ChannelConnection(new EmbeddedChannel());
        }

        @Override
        public void close() {
            // no connection
        }
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            store.publish(CHANNEL, Payload.text("x".repeat(40_000))); // a slab of its own
        }
    }

    @Test
    @DisplayName("H-301 batches are retained until the submitted writes are complete, at most nine of them")
    void batchesOutliveSubmittedWrites() throws Exception {
        EncodedFeeds feeds = new EncodedFeeds(store, memory, pinnedMemory);
        EventLoop eventLoop = new DefaultEventLoop();
        try {
            // Given subscribers of one group at different positions
            DeliveryLoop deliveryLoop =
                    new DeliveryLoop(eventLoop, TimeSource.system(), counters, pinnedMemory, new EvictingSender());
            JoinResult joined = feeds.join(SubscribeRequest.of(CHANNEL), WireFormat.LINES, deliveryLoop);
            long first = joined.cursor().position();
            publish(POSITIONS);

            // When all are visited in one round, and what they submitted is evicted before it is sent
            eventLoop
                    .submit(() -> {
                        for (int i = 0; i < POSITIONS; i++) {
                            deliveryLoop.scheduleAgain(new Reader(joined.group(), first + i));
                        }
                        deliveryLoop.run();
                    })
                    .get(20, TimeUnit.SECONDS);

            // Then their frames are intact, and nothing is retained afterwards
            assertThat(sentTogether)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(9));
            feeds.leave(joined.group(), joined.cursor());
            assertThat(memory.used()).isZero();
        } finally {
            eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            store.close();
        }
    }
}
