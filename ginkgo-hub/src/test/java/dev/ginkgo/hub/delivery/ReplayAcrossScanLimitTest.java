package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Delivery to a subscriber that is further behind than one batch scan covers. */
class ReplayAcrossScanLimitTest {
    @Test
    @DisplayName("H-01 a subscriber far behind receives all small messages, in batches that end within a slab")
    void deliversManySmallMessages() throws Exception {
        int messages = 30_000;
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "history.count = 40000")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/a", WireFormat.LINES);

            // When
            directStreamHub.blockLoopWith(() -> {
                for (int i = 0; i < messages; i++) {
                    directStreamHub.hub.publish("/a", Integer.toString(i));
                }
            });

            // Then
            for (int i = 0; i < messages; i++) {
                assertThat(chunkedStreamClient.nextText()).isEqualTo(i + "\n");
            }
            assertThat(directStreamHub.stats().gaps()).isZero();
        }
    }
}
