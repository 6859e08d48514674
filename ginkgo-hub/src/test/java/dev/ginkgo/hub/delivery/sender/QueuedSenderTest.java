package dev.ginkgo.hub.delivery.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.delivery.sender.SocketSender.Support;
import dev.ginkgo.hub.delivery.sender.SocketSenders.Choice;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The sender with {@code send(2)} on connections of an event loop. */
class QueuedSenderTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> clients = new ArrayList<>();
    private final List<Integer> descriptors = new ArrayList<>(); // of the system calls
    private final ByteBuf frames = Unpooled.directBuffer().writeBytes("0123456789".getBytes(US_ASCII));
    private final SocketSender sender = TestSenders.with((descriptor, address, length) -> {
                descriptors.add(descriptor);
                return TestSenders.send(descriptor, address, length);
            })
            .newSender();
    private final SocketAddress address = new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel connection) {
                    accepted.add(connection);
                }
            })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel()
            .localAddress();

    /** Records the result of a write. */
    private static class Result implements SocketWrite {
        private @Nullable Integer accepted;
        private @Nullable Throwable failure;

        @Override
        public void completed(int bytes) {
            accepted = bytes;
        }

        @Override
        public void failed(Throwable cause) {
            failure = cause;
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Socket each : clients) {
            each.close();
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        frames.release();
    }

    /** Connects a client, and returns the hub's side. */
    private EpollSocketChannel connect() throws Exception {
        Socket client = new Socket();
        client.setSoTimeout(20_000);
        client.connect(address);
        clients.add(client);
        return (EpollSocketChannel) requireNonNull(accepted.poll(20, TimeUnit.SECONDS));
    }

    private static StreamConnection connected(Channel channel) {
        return new ChannelConnection(channel);
    }

    private <T> T onLoop(Callable<T> action) throws Exception {
        return loop.submit(action).get(20, TimeUnit.SECONDS);
    }

    private void sendAndComplete() {
        sendAndComplete(sender);
    }

    private static void sendAndComplete(SocketSender sender) {
        if (sender.send()) {
            sender.complete();
        }
    }

    private String received(int client, int length) throws IOException {
        return new String(clients.get(client).getInputStream().readNBytes(length), US_ASCII);
    }

    @Test
    @DisplayName(
            "H-297 a connection is supported only if no handler transforms what is written, and its socket is epoll's")
    void supportsPlainConnections() throws Exception {
        EpollSocketChannel connection = connect();
        connection.pipeline().addLast(new ChannelInboundHandlerAdapter());
        assertThat(onLoop(() -> sender.support(connected(connection)))).isEqualTo(Support.SUPPORTED);

        connection.pipeline().addLast(new ChannelOutboundHandlerAdapter());
        assertThat(onLoop(() -> sender.support(connected(connection)))).isEqualTo(Support.UNSUPPORTED);

        assertThat(sender.support(connected(new EmbeddedChannel()))).isEqualTo(Support.UNSUPPORTED);
        SocketSender unopened =
                TestSenders.of(Choice.AUTO, true, NativeSend::new).newSender();
        connection.pipeline().removeLast();
        assertThat(onLoop(() -> unopened.support(connected(connection)))).isEqualTo(Support.NOT_YET);
    }

    @Test
    @DisplayName("H-297 the writes of a round are sent in order, each with one system call")
    void sendsInOrder() throws Exception {
        List<EpollSocketChannel> connections = List.of(connect(), connect(), connect());
        List<Result> results = List.of(new Result(), new Result(), new Result());
        onLoop(() -> {
            for (int i = 0; i < 3; i++) {
                sender.submit(connected(connections.get(i)), frames, results.get(i));
            }
            assertThat(descriptors).isEmpty();
            sendAndComplete();
            assertThat(sender.send()).isFalse();
            return null;
        });
        assertThat(descriptors)
                .containsExactlyElementsOf(
                        connections.stream().map(each -> each.fd().intValue()).toList());
        assertThat(results).extracting(each -> each.accepted).containsOnly(10);
        for (int i = 0; i < 3; i++) {
            assertThat(received(i, 10)).isEqualTo("0123456789");
        }
    }

    @Test
    @DisplayName(
            "H-298 after a close in the same round nothing is sent, although another socket has the same descriptor")
    void closedConnection_isNotWritten() throws Exception {
        EpollSocketChannel connection = connect();
        Result result = new Result();
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketChannel reusing = onLoop(() -> {
                // Given a submitted write, and a connection that closes before the round ends
                int number = connection.fd().intValue();
                sender.submit(connected(connection), frames, result);
                var _ = connection.close();

                // When another socket is opened, which gets the lowest free number
                SocketChannel socket = openWithDescriptor(number, other.getLocalSocketAddress());
                sendAndComplete();
                return socket;
            });
            // Then there was no system call, and the other socket carries only its own bytes
            assertThat(descriptors).isEmpty();
            assertThat(result.accepted).isZero();
            reusing.write(ByteBuffer.wrap("own".getBytes(US_ASCII)));
            reusing.close();
            try (Socket peer = other.accept()) {
                assertThat(peer.getInputStream().readAllBytes())
                        .asString(US_ASCII)
                        .isEqualTo("own");
            }
        }
    }

    /** Opens sockets until one has the given descriptor; other threads of the process may take it for a moment. */
    private static SocketChannel openWithDescriptor(int number, SocketAddress address) throws IOException {
        Path descriptor = Path.of("/proc/self/fd/" + number);
        while (true) {
            boolean free = !Files.exists(descriptor, LinkOption.NOFOLLOW_LINKS);
            SocketChannel socket = SocketChannel.open(address);
            if (free && Files.exists(descriptor, LinkOption.NOFOLLOW_LINKS)) {
                return socket;
            }
            socket.close();
        }
    }

    @Test
    @DisplayName("H-298 a write waits for what Netty has not written yet to the same connection")
    void bufferedBytes_comeFirst() throws Exception {
        EpollSocketChannel connection = connect();
        Result result = new Result();
        onLoop(() -> {
            sender.submit(connected(connection), frames, result);
            var _ = connection.write(Unpooled.copiedBuffer("first", US_ASCII));
            sendAndComplete();
            assertThat(descriptors).isEmpty();
            assertThat(result.accepted).isZero();
            connection.flush();
            sender.submit(connected(connection), frames, result);
            sendAndComplete();
            return null;
        });
        assertThat(received(0, 15)).isEqualTo("first0123456789");
    }

    @Test
    @DisplayName(
            "H-299 an exception of one write or of one system call concerns this write only; the queue is used again")
    void failures_areIsolated() throws Exception {
        List<EpollSocketChannel> connections = List.of(connect(), connect(), connect());
        List<Result> results = List.of(
                new Result(),
                new Result() {
                    @Override
                    public void completed(int bytes) {
                        throw new AssertionError("planned");
                    }
                },
                new Result());
        int broken = connections.getFirst().fd().intValue();
        SocketSender failing = TestSenders.with((descriptor, start, length) -> {
                    if (descriptor == broken) {
                        throw new IllegalStateException("planned");
                    }
                    return TestSenders.send(descriptor, start, length);
                })
                .newSender();
        for (int round = 0; round < 2; round++) {
            onLoop(() -> {
                for (int i = 0; i < 3; i++) {
                    failing.submit(connected(connections.get(i)), frames, results.get(i));
                }
                failing.send();
                failing.complete();
                return null;
            });
            assertThat(results.get(0).accepted).isZero();
            assertThat(results.get(1).failure).hasMessage("planned");
            assertThat(results.get(2).accepted).isEqualTo(10);
        }
        assertThat(received(2, 20)).isEqualTo("01234567890123456789");
    }

    @Test
    @DisplayName("H-356 an exception between two system calls of a round does not send the bytes of the round again")
    void failureInARound_repeatsNothing() throws Exception {
        // Given: the system call of the second write is not permitted, and logging that fails
        List<EpollSocketChannel> connections = List.of(connect(), connect(), connect());
        List<Result> results = List.of(new Result(), new Result(), new Result());
        int forbidden = connections.get(1).fd().intValue();
        SocketSender failing = TestSenders.with((descriptor, start, length) ->
                        descriptor == forbidden ? -SendCall.EPERM : TestSenders.send(descriptor, start, length))
                .newSender();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                throw new OutOfMemoryError("planned");
            }
        };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger(SocketSenders.class);
        logger.addAppender(appender);
        try {
            onLoop(() -> {
                for (int i = 0; i < 3; i++) {
                    failing.submit(connected(connections.get(i)), frames, results.get(i));
                }

                // When: the delivery loop sends at the end of the round what an exception has left in the queue
                try {
                    sendAndComplete(failing);
                } finally {
                    sendAndComplete(failing);
                }
                return null;
            });
        } finally {
            logger.detachAppender(appender);
        }

        // Then
        assertThat(results.get(0).accepted).isEqualTo(10);
        assertThat(results.get(1).accepted).isZero();
        for (EpollSocketChannel each : connections) {
            each.close().sync();
        }
        assertThat(clients.getFirst().getInputStream().readAllBytes())
                .asString(US_ASCII)
                .isEqualTo("0123456789");
    }

    @Test
    @DisplayName("H-299 a queue reports that it is full, and accepts writes again when they have been completed")
    void fullQueue() throws Exception {
        EpollSocketChannel connection = connect();
        onLoop(() -> {
            for (int i = 0; i < QueuedSender.CAPACITY; i++) {
                assertThat(sender.isFull()).isFalse();
                sender.submit(connected(connection), frames, new Result());
            }
            assertThat(sender.isFull()).isTrue();
            sendAndComplete();
            assertThat(sender.isFull()).isFalse();
            return null;
        });
        assertThat(received(0, 10 * QueuedSender.CAPACITY)).isEqualTo("0123456789".repeat(QueuedSender.CAPACITY));
    }
}
