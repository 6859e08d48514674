package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.ConnectionLifetime;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.connection.StreamInputDiscarder;
import dev.ginkgo.hub.delivery.sender.SocketSenders;
import dev.ginkgo.hub.delivery.sender.TestSenders;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.time.TimeSource;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Delivery to real sockets on epoll, with system calls that the test controls. Memory is overwritten when it is released;
 * {@link #close} checks that all of it has been.
 */
final class EngineFixture implements AutoCloseable {
    static final ChannelName CHANNEL = ChannelName.of("/a");

    final PoisoningAllocator memory = new PoisoningAllocator();
    final Counters counters = new Counters();
    final Store store;
    final SocketSenders senders;
    final DeliveryEngine engine;
    final EventLoopGroup loops;

    private final Channel listener;
    private final Map<Integer, SubscribeRequest> requestsByPort = new ConcurrentHashMap<>();
    private final Map<Integer, StreamHandle> streamsByPort = new ConcurrentHashMap<>();
    private final Map<Integer, DisconnectReason> reasonsByPort = new ConcurrentHashMap<>();
    private final boolean adopting;
    private final AtomicInteger adoptedConnections = new AtomicInteger();
    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
    private final WireFormat wireFormat;

    /**
     * @param adopting whether the sockets are adopted from Netty
     * @param historyCount messages retained per channel
     * @param call replaces {@code send(2)}
     */
    EngineFixture(boolean adopting, int loopCount, int historyCount, WireFormat wireFormat, TestSenders.Call call) {
        this.adopting = adopting;
        this.wireFormat = wireFormat;
        store = new Store(
                new StoreLimits(
                        () -> Size.ofMebibytes(4),
                        () -> historyCount,
                        () -> Duration.ZERO,
                        () -> Duration.ofMinutes(10),
                        () -> 100,
                        () -> 100),
                TimeSource.system(),
                1,
                counters);
        senders = TestSenders.with(call);
        engine = new DeliveryEngine(
                store,
                memory,
                TimeSource.system(),
                new Random(1),
                counters,
                () -> 4L << 20,
                () -> 1_000,
                senders::newSender);
        loops = new MultiThreadIoEventLoopGroup(loopCount, EpollIoHandler.newFactory());
        listener = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.SO_SNDBUF, 16 * 1024)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(new Attach());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private final class Attach extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            Channel connection = context.channel();
            int port = ((InetSocketAddress) connection.remoteAddress()).getPort();
            if (adopting) {
                context.pipeline().addLast(StreamInputDiscarder.INSTANCE);
            }
            context.pipeline().remove(this);
            reasonsByPort.remove(port);
            StreamHandle stream = engine.attach(connection, requireNonNull(requestsByPort.remove(port)), wireFormat);
            streamsByPort.put(port, stream);
            ConnectionLifetime.of(connection).add(new ConnectionLifetime.Participant() {
                @Override
                public void connectionClosed(DisconnectReason reason) {
                    streamsByPort.remove(port, stream);
                    reasonsByPort.put(port, reason);
                }

                @Override
                public void socketAdopted(Channel unused) {
                    adoptedConnections.incrementAndGet();
                }
            });
        }
    }

    /**
     * Connects a subscriber.
     *
     * @param receiveBuffer size of the client's buffer; 0 for the default
     */
    Socket connect(SubscribeRequest request, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        requestsByPort.put(socket.getLocalPort(), request);
        clients.add(socket);
        socket.connect(listener.localAddress());
        return socket;
    }

    /** Connects a subscriber to the channel, and waits until it receives new messages. */
    Socket connect() throws IOException {
        Socket socket = connect(SubscribeRequest.of(CHANNEL), 0);
        DirectStreamHub.soon().until(() -> connection(socket) != null);
        awaitIdle();
        return socket;
    }

    /** Returns the hub's side of a connection, or null. */
    @Nullable
    StreamConnection connection(Socket client) {
        StreamHandle stream = streamsByPort.get(client.getLocalPort());
        return stream == null ? null : stream.connection();
    }

    /** Returns why the connection of a client was closed, null if it is open. */
    @Nullable
    DisconnectReason reason(Socket client) {
        return reasonsByPort.get(client.getLocalPort());
    }

    /** Returns the number of connections whose sockets have been adopted. */
    int adoptedConnections() {
        return adoptedConnections.get();
    }

    StreamHandle stream(ChunkedStreamClient client) {
        return requireNonNull(streamsByPort.get(client.port()));
    }

    /** Closes one of the connections of the event loop that calls this. */
    void closeConnectionOfThisLoop(int random) {
        List<StreamConnection> mine = streamsByPort.values().stream()
                .map(StreamHandle::connection)
                .filter(each -> each.eventLoop().inEventLoop())
                .toList();
        if (!mine.isEmpty()) {
            mine.get(Math.floorMod(random, mine.size())).close();
        }
    }

    String publish(String text) {
        return store.publish(CHANNEL, Payload.text(text)).id();
    }

    /** Waits until the loops have run the tasks and rounds that are scheduled now. */
    void awaitIdle() {
        for (int i = 0; i < 2; i++) {
            loops.forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket each : clients) {
            each.close();
        }
        listener.close().syncUninterruptibly();
        DirectStreamHub.soon().atMost(Duration.ofSeconds(60)).until(streamsByPort::isEmpty);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        engine.close();
        store.close();
        assertThat(memory.used()).isZero();
    }
}
