package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {
    private static final int HISTORY = 3;

    @Test
    @DisplayName(
            "H-337 a gap without a message in the same batch has the id of its own end, not that of the end of the feed:"
                    + " a subscriber that resumes there loses nothing")
    void gapAlone_endsBeforeNextMessage() throws Exception {
        try (EngineFixture fixture = new EngineFixture(false, 1, HISTORY, WireFormat.LINES_WITH_IDS, (_, _, _) -> 0)) {
            // Given a subscriber at the beginning of a feed of which only the last messages are left
            PinnedMemory pinned = new PinnedMemory(() -> 1 << 20);
            EncodedFeed feed = new EncodedFeeds(fixture.store, UnpooledByteBufAllocator.DEFAULT, pinned)
                    .join(
                            SubscribeRequest.of(ChannelSelector.of(EngineFixture.CHANNEL), Since.Point.ALL),
                            WireFormat.LINES_WITH_IDS,
                            new DeliveryLoop(fixture.loops.next(), TimeSource.system(), fixture.counters, pinned))
                    .group()
                    .encodedFeed;
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 3 * HISTORY; i++) {
                ids.add(fixture.publish(Integer.toString(i)));
            }

            // When memory is short, so that no message can be encoded
            try (Batch batch = feed.nextBatch(0, null, true)) {
                // Then
                assertThat(batch.isEmpty()).isTrue();
                assertThat(batch.missed()).isEqualTo(2 * HISTORY);
                assertThat(batch.next()).isEqualTo(2 * HISTORY);
                assertThat(batch.gapId()).isEqualTo(ids.get(2 * HISTORY - 1));
            }
        }
    }
}
