package dev.ginkgo.hub.connection;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.testing.DirectStreamHub;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Connections of one event loop, whose sockets a test adopts. {@link #close} checks that no descriptor is left open. */
final class AdoptionFixture implements AutoCloseable {
    final IoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    final IoEventLoop loop = group.next();
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    final SocketAdoption adoption = new SocketAdoption(loop, failures::add);

    private final BlockingQueue<EpollSocketChannel> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> clients = new ArrayList<>();
    private final Channel listener;
    private final AtomicInteger open = new AtomicInteger();

    AdoptionFixture() {
        listener = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.SO_SNDBUF, 16 * 1024)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(StreamInputDiscarder.INSTANCE);
                        accepted.add((EpollSocketChannel) connection);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Both ends of a connection, and what its lifetime and its adoption have reported. */
    final class Link implements SocketAdoption.Listener, ConnectionLifetime.Participant {
        final Socket client;
        final EpollSocketChannel channel;
        final AtomicInteger ends = new AtomicInteger();
        volatile @Nullable StreamConnection adopted;
        volatile boolean kept;
        volatile @Nullable DisconnectReason reason;

        private Link(Socket client, EpollSocketChannel channel) {
            this.client = client;
            this.channel = channel;
        }

        @Override
        public void adopted(StreamConnection connection) {
            adopted = connection;
        }

        @Override
        public void kept() {
            kept = true;
        }

        @Override
        public void connectionClosed(DisconnectReason why) {
            ends.incrementAndGet();
            reason = why;
            open.decrementAndGet();
        }

        StreamConnection connection() {
            return requireNonNull(adopted, "not adopted");
        }

        /** Waits until the connection has ended for a reason. */
        void awaitEnd(DisconnectReason expected) {
            DirectStreamHub.soon().untilAsserted(() -> assertThat(reason).isEqualTo(expected));
            assertThat(ends).hasValue(1);
            assertThat(channel.fd().isOpen()).isFalse();
        }
    }

    /** Connects a client. */
    Link connect(int receiveBuffer) throws Exception {
        Socket client = new Socket();
        if (receiveBuffer > 0) {
            client.setReceiveBufferSize(receiveBuffer);
        }
        client.setSoTimeout(20_000);
        clients.add(client);
        client.connect(listener.localAddress());
        Link link = new Link(client, requireNonNull(accepted.poll(20, TimeUnit.SECONDS)));
        open.incrementAndGet();
        onLoop(() -> {
            ConnectionLifetime.of(link.channel).add(link);
            return null;
        });
        return link;
    }

    Link connect() throws Exception {
        return connect(0);
    }

    /** Starts to adopt the socket of a connection. */
    boolean start(SocketAdoption by, Link link) throws Exception {
        return onLoop(() -> by.start(link.channel, link));
    }

    /** Connects a client, and adopts the socket of the connection. */
    Link adopt(int receiveBuffer) throws Exception {
        Link link = connect(receiveBuffer);
        assertThat(start(adoption, link)).isTrue();
        DirectStreamHub.soon().until(() -> link.adopted != null);
        return link;
    }

    Link adopt() throws Exception {
        return adopt(0);
    }

    <T extends @Nullable Object> T onLoop(Callable<T> action) throws Exception {
        return loop.submit(action).get(20, TimeUnit.SECONDS);
    }

    /** Returns the number of open connections. */
    int open() {
        return open.get();
    }

    /** Returns the number of sockets of this process. */
    static long sockets() throws IOException {
        long count = 0;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : descriptors.toList()) {
                try {
                    count += Files.readSymbolicLink(each).toString().startsWith("socket:") ? 1 : 0;
                } catch (IOException closed) {
                    // by another thread
                }
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        for (Socket each : clients) {
            each.close();
        }
        listener.close().syncUninterruptibly();
        DirectStreamHub.soon().until(() -> open.get() == 0);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
