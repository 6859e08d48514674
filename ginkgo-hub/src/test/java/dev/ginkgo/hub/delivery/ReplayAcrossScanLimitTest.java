package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FarBehindTest {
    @Test
    @DisplayName("H-01 a reader many small messages behind gets them all, in batches that end within a slab")
    void manySmallMessages() throws Exception {
        int messages = 30_000;
        try (Hubs hubs = new Hubs(1, "history.count = 40000")) {
            Peer peer = hubs.connect("/a", Framing.LINES);

            // When
            hubs.onLoop(() -> {
                for (int i = 0; i < messages; i++) {
                    hubs.hub.publish("/a", Integer.toString(i));
                }
            });

            // Then
            for (int i = 0; i < messages; i++) {
                assertThat(peer.text()).isEqualTo(i + "\n");
            }
            assertThat(hubs.stats().gaps()).isZero();
        }
    }
}
