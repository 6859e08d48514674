package dev.ginkgo.hub.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsHandshakeTest {
    private static final TlsHandshake.Continuation NONE = new TlsHandshake.Continuation() {
        @Override
        public void secured(Channel channel, String protocol, ConnectionSecurity security) {}

        @Override
        public void plain(Channel channel) {}
    };

    /** Begins a handshake, and closes the connection at once. */
    private static WeakReference<Channel> connectAndClose(SslContext context, Executor tasks) throws Exception {
        Supplier<Duration> timeout = () -> Duration.ofSeconds(10);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline()
                .addLast(new TlsHandshake(
                        channel,
                        context,
                        tasks,
                        new ConnectionDeadline(
                                TimeSource.system(),
                                new ConnectionDeadline.Timeouts(timeout, timeout, timeout, timeout)),
                        NONE,
                        () -> {}));
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        channel.writeInbound(Unpooled.wrappedBuffer(hello.flip()));
        channel.unsafe().close(channel.voidPromise());
        channel.runPendingTasks();
        return new WeakReference<>(channel);
    }

    @Test
    @DisplayName(
            "H-216 a connection that is closed during its handshake uses no memory until a thread would continue it")
    void closedConnection_isNotRetained(@TempDir Path folder) throws Exception {
        // Given threads that are busy
        TestCertificates.Pair pair = new TestCertificates(folder).localhost("hub");
        SslContext context = SslContextBuilder.forServer(
                        pair.certificate().toFile(), pair.key().toFile())
                .sslProvider(SslProvider.JDK)
                .build();
        List<Runnable> queue = new ArrayList<>();

        // When
        WeakReference<Channel> closed = connectAndClose(context, queue::add);

        // Then
        assertThat(queue).hasSize(1);
        await().untilAsserted(() -> {
            System.gc();
            assertThat(closed.refersTo(null)).isTrue();
        });
        queue.forEach(Runnable::run);
    }
}
