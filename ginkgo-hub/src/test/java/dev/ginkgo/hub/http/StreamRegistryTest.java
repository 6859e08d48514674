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
import io.netty.channel.Channel;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamRegistryTest {
    private final StreamRegistry registry = new StreamRegistry(() -> 10, () -> 0, TimeSource.system(), new Random(1));
    private final List<String> ended = new ArrayList<>();

    private final class RecordingHandle implements StreamHandle {
        private volatile StreamConnection connection;

        private RecordingHandle(Channel channel) {
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

    @Test
    @DisplayName("H-355 a stream whose socket is adopted while all streams are closed ends because the hub stops")
    void closeAll_duringAdoption() throws Exception {
        // Given an event loop that adopts the socket of a stream at this moment
        EventLoop loop = new DefaultEventLoop();
        try {
            LocalChannel channel = new LocalChannel();
            var _ = loop.register(channel).sync();
            EmbeddedChannel adopted = new EmbeddedChannel();
            RecordingHandle handle = new RecordingHandle(channel);
            CountDownLatch closing = new CountDownLatch(1);
            loop.submit(() -> registry.add(ChannelSelector.of("/x"), WireFormat.SSE, channel, handle, Access.OPEN))
                    .sync();
            Future<?> adoption = loop.submit(() -> {
                closing.await();
                handle.connection = new ChannelConnection(adopted);
                return null;
            });

            // When
            registry.closeAll();
            closing.countDown();
            adoption.sync();
            loop.submit(() -> {}).sync();

            // Then
            assertThat(DisconnectReason.marked(adopted)).isEqualTo(DisconnectReason.STOPPING);
            assertThat(adopted.isOpen()).isFalse();
        } finally {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
