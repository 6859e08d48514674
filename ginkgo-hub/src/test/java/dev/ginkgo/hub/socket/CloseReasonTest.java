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

    @Test
    @DisplayName(
            "H-396 after the close frame of a WebSocket nothing is written, and messages for its subscriptions do not reset it")
    void messagesDoNotEndConnection() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawSocket socket = new RawSocket(testHub.port())) {
            // Given a client that is sending a message that is too long, and has been sent the close frame
            socket.send("{'request':1,'type':'subscribe','channels':'/a'}");
            assertThat(socket.read()).contains("'subscribed'".replace('\'', '"'));
            byte[] frame = RawSocket.frame(new byte[LENGTH], LENGTH);
            socket.write(Arrays.copyOf(frame, 1024));
            await().atMost(Duration.ofSeconds(30)).until(socket::hasInput);

            // When there are messages for it
            for (int from = 1024; from < frame.length; from += 64 * 1024) {
                testHub.hub().publish("/a", "late");
                socket.write(Arrays.copyOfRange(frame, from, Math.min(frame.length, from + 64 * 1024)));
            }

            // Then
            assertThat(socket.read()).startsWith("close 1009 ");
            assertThat(socket.hasEnded()).isTrue();
        }
    }
}
