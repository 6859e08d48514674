package dev.ginkgo.hub.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PollDeadlineTest {
    @Test
    @DisplayName("H-56 a poll without a message is answered when its wait time elapses, not at the next periodic check")
    void poll_isAnsweredAtDeadline() {
        Counters counters = new Counters();
        StoreLimits limits = new StoreLimits(
                () -> Size.ofMebibytes(1),
                () -> 10,
                () -> Duration.ZERO,
                () -> Duration.ofMinutes(10),
                () -> 10,
                () -> 10);
        EmbeddedChannel connection = new EmbeddedChannel();
        // Given a store without periodic checks
        try (Store store = new Store(limits, TimeSource.system(), 1, counters);
                DeliveryEngine engine = new DeliveryEngine(
                        store,
                        ByteBufAllocator.DEFAULT,
                        TimeSource.system(),
                        new Random(1),
                        counters,
                        () -> 1L << 20,
                        () -> 10)) {
            // When
            engine.poll(
                    connection,
                    SubscribeRequest.of(ChannelName.of("/a")),
                    WireFormat.LINES,
                    Duration.ofMillis(100),
                    id -> Unpooled.copiedBuffer("head", UTF_8));

            // Then
            DirectStreamHub.soon().until(() -> {
                connection.runPendingTasks();
                return !connection.outboundMessages().isEmpty();
            });
            ByteBuf head = connection.readOutbound();
            assertThat(head.toString(UTF_8)).isEqualTo("head");
            head.release();
            connection.finishAndReleaseAll();
        }
    }
}
