package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.delivery.StreamHandle;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamRegistryTest {
    private final StreamRegistry registry = new StreamRegistry(() -> 10, () -> 0, TimeSource.system(), new Random(1));
    private final List<String> ended = new ArrayList<>();

    private final class RecordingHandle implements StreamHandle {
        private final StreamConnection connection;

        private RecordingHandle(EmbeddedChannel channel) {
            this.connection = new ChannelConnection(channel);
        }

        @Override
        public StreamConnection connection() {
            return connection;
        }

        @Override
        public long lag() {
            return 0;
        }

        @Override
        public void heartbeat() {
            throw new AssertionError("not expected");
        }

        @Override
        public void endGracefully(String reason) {
            ended.add(reason);
        }
    }

    private void add(EmbeddedChannel connection) {
        registry.add(
                ChannelSelector.of("/x"), WireFormat.SSE, connection, new RecordingHandle(connection), Access.OPEN);
    }

    @Test
    @DisplayName("H-80 a stream whose head is sent while the hub begins to stop ends with bye, as all others do")
    void streamRegisteredAfterStop_endsGracefully() {
        // Given a registered stream, and one whose loop was interrupted between its head and its registration
        EmbeddedChannel first = new EmbeddedChannel();
        EmbeddedChannel late = new EmbeddedChannel();
        add(first);

        // When the hub stops
        List<StreamRegistry.OpenStream> toEnd = registry.stop();
        assertThat(toEnd)
                .extracting(each -> ((ChannelConnection) each.connection()).channel())
                .containsExactly(first);
        assertThat(ended).isEmpty();
        add(late);

        // Then
        assertThat(ended).containsExactly(DisconnectReason.STOPPING.text());

        // And a closed connection is forgotten
        var _ = late.close();
        var _ = first.close();
        assertThat(registry.stop()).isEmpty();
    }
}
