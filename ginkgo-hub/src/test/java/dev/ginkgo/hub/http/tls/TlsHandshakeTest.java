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

    /** Channel that counts how often its transport is asked to read. */
    private static final class CountingChannel extends EmbeddedChannel {
        private int reads;

        @Override
        protected void doBeginRead() throws Exception {
            reads++;
            super.doBeginRead();
        }
    }

    private static SslContext serverContext(Path folder) throws Exception {
        TestCertificates.Pair pair = new TestCertificates(folder).localhost("hub");
        return SslContextBuilder.forServer(
                        pair.certificate().toFile(), pair.key().toFile())
                .sslProvider(SslProvider.JDK)
                .build();
    }

    /** Begins a handshake, and closes the connection at once. */
    private static WeakReference<Channel> connectAndClose(SslContext context, Executor tasks) throws Exception {
        EmbeddedChannel channel = begin(context, tasks);
        channel.unsafe().close(channel.voidPromise());
        channel.runPendingTasks();
        return new WeakReference<>(channel);
    }

    /** Begins a handshake. */
    private static CountingChannel begin(SslContext context, Executor tasks) throws Exception {
        Supplier<Duration> timeout = () -> Duration.ofSeconds(10);
        CountingChannel channel = new CountingChannel();
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
        return channel;
    }

    @Test
    @DisplayName("H-281 nothing is read from a client while its handshake waits for a thread")
    void waitingHandshake_isNotRead(@TempDir Path folder) throws Exception {
        // Given threads that are busy
        List<Runnable> queue = new ArrayList<>();
        CountingChannel channel = begin(serverContext(folder), queue::add);
        assertThat(queue).hasSize(1);

        // When the client goes on sending, and the handshake asks for more
        int before = channel.reads;
        channel.pipeline().fireChannelReadComplete();
        channel.read();

        // Then
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(channel.reads).isEqualTo(before);

        // When the threads have processed what was read
        for (int i = 0; i < queue.size(); i++) {
            queue.get(i).run();
            channel.runPendingTasks();
        }

        // Then the client is read again
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(channel.reads).isGreaterThan(before);
        channel.finishAndReleaseAll();
    }

    @Test
    @DisplayName(
            "H-216 a connection that is closed during its handshake uses no memory until a thread would continue it")
    void closedConnection_isNotRetained(@TempDir Path folder) throws Exception {
        // Given threads that are busy
        SslContext context = serverContext(folder);
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
