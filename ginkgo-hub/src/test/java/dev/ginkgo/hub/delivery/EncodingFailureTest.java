package dev.ginkgo.hub.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Streams whose next message cannot be encoded. */
class EncodingFailureTest {
    private static final ChannelName CHANNEL = ChannelName.of("/a");
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    /** Allocator that fails on demand. */
    private static final class FailingAllocator extends AbstractByteBufAllocator {
        private int maxCapacity = Integer.MAX_VALUE;
        private @Nullable Error outOfMemory;

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int capacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, capacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int capacity) {
            if (outOfMemory != null) {
                throw outOfMemory;
            }
            if (initialCapacity > maxCapacity) {
                throw new IllegalArgumentException("capacity " + initialCapacity);
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, capacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    private final FailingAllocator allocator = new FailingAllocator();
    private final Counters counters = new Counters();
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(16),
                    () -> 1_000,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(10),
                    () -> 100,
                    () -> 100),
            TimeSource.system(),
            1,
            counters);
    private final DeliveryEngine engine = new DeliveryEngine(
            store, allocator, TimeSource.system(), new Random(1), counters, () -> 8L << 20, () -> 100);
    private final EmbeddedChannel connection = new EmbeddedChannel();

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
        engine.close();
        store.close();
    }

    private String received() {
        connection.runPendingTasks();
        StringBuilder text = new StringBuilder();
        for (ByteBuf next = connection.readOutbound(); next != null; next = connection.readOutbound()) {
            text.append(next.toString(UTF_8));
            next.release();
        }
        return text.toString();
    }

    @Test
    @DisplayName("H-51 a subscriber stays connected if there is no memory to encode its messages, and gets them later")
    void outOfMemory_delaysMessages() {
        engine.attach(connection, SubscribeRequest.of(CHANNEL), WireFormat.LINES);
        assertThat(received()).isEmpty();

        // When the messages cannot be encoded
        allocator.outOfMemory = new OutOfMemoryError("direct memory");
        store.publish(CHANNEL, Payload.text("first"));
        assertThat(received()).isEmpty();
        store.publish(CHANNEL, Payload.text("second"));
        assertThat(received()).isEmpty();
        engine.closeStalledWrites(WRITE_TIMEOUT);
        assertThat(received()).isEmpty();
        assertThat(connection.isOpen()).isTrue();

        // Then they are delivered when there is memory again
        allocator.outOfMemory = null;
        engine.closeStalledWrites(WRITE_TIMEOUT);
        assertThat(received()).contains("first\n").contains("second\n");
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    @DisplayName("H-51 a message that cannot be encoded is a gap for its subscribers, who stay connected")
    void failingMessage_isGap() {
        engine.attach(connection, SubscribeRequest.of(CHANNEL), WireFormat.LINES);
        assertThat(received()).isEmpty();

        // When the buffer for one of three messages cannot be allocated
        allocator.maxCapacity = 64 * 1024;
        store.publish(CHANNEL, Payload.text("before"));
        String id = store.publish(CHANNEL, Payload.text("x".repeat(100_000))).id();
        store.publish(CHANNEL, Payload.text("after"));

        // Then a gap is in its place
        assertThat(received())
                .containsSubsequence("before\n", "{\"event\":\"gap\",\"missed\":1,\"id\":\"" + id + "\"}\n", "after\n");
        assertThat(connection.isOpen()).isTrue();
    }
}
