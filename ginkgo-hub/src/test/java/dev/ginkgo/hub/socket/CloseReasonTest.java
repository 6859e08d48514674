package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.TestHub;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The close frame of a WebSocket whose client is still sending. */
class CloseReasonTest {
    private static final int LENGTH = 4 << 20;

    @Test
    @DisplayName("H-387 a client that is still sending when the hub closes its WebSocket receives the close frame")
    void closeFrameArrives() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawSocket socket = new RawSocket(testHub.port())) {
            assertThat(HubAccess.http(testHub.hub()).openConnections()).hasSize(1);

            // When a client sends a message that is too long, and reads after that
            byte[] frame = RawSocket.frame(new byte[LENGTH], LENGTH);
            for (int from = 0; from < frame.length; from += 64 * 1024) {
                socket.write(Arrays.copyOfRange(frame, from, Math.min(frame.length, from + 64 * 1024)));
            }

            // Then it learns why, and its connection ends although it does not close it
            assertThat(socket.read()).startsWith("close 1009 ");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> HubAccess.http(testHub.hub()).openConnections().isEmpty());
        }
    }
}
