package dev.ginkgo.hub.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.delivery.StreamHandle;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;

/**
 * Hub with real sockets but without HTTP: each connection becomes a stream at once. {@link #close} checks that all
 * buffers have been released.
 */
public final class DirectStreamHub implements AutoCloseable {
    public final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    public final MessageHub hub = HubAccess.create(memory, new Random(1));

    private final TestTree<MessageHub> tree;
    private final EventLoopGroup group;
    private final Channel listener;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final Map<Integer, StreamHandle> handlesByPort = new ConcurrentHashMap<>();

    private final Queue<ChunkedStreamClient> clients = new ConcurrentLinkedQueue<>();

    private final Queue<Channel> connections = new ConcurrentLinkedQueue<>();

    private record Request(SubscribeRequest subscribeRequest, WireFormat wireFormat, int sendBuffer) {}

    public DirectStreamHub(int loops, String toml) {
        this(loops, TimeSource.system(), toml);
    }

    public DirectStreamHub(int loops, TimeSource timeSource, String toml) {
        warmUp();
        tree = TestTree.start(hub, timeSource, "http.bind = '127.0.0.1:0'\n" + toml);
        boolean epoll = Epoll.isAvailable();
        group = new MultiThreadIoEventLoopGroup(loops, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        listener = new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
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

    /** Makes the JDK open the socket that it keeps after the first half-close, so that no test counts it as a leak. */
    private static void warmUp() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            server.accept().close();
            client.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Attaches each new connection as a stream. */
    private final class Attach extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            Request request = requests.remove();
            Channel connection = context.channel();
            connections.add(connection);
            if (request.sendBuffer > 0) {
                connection.config().setOption(ChannelOption.SO_SNDBUF, request.sendBuffer);
            }
            context.pipeline().remove(this);
            StreamHandle streamHandle = streams().attach(connection, request.subscribeRequest, request.wireFormat);
            handlesByPort.put(((InetSocketAddress) connection.remoteAddress()).getPort(), streamHandle);
        }
    }

    /** Connects a subscriber, and waits until it is attached. */
    public ChunkedStreamClient connect(String channel, WireFormat wireFormat) throws IOException {
        return connect(channel, wireFormat, 0);
    }

    /** Connects a subscriber with socket buffers of the given size, which fill up soon if the client does not read. */
    public ChunkedStreamClient connect(String channel, WireFormat wireFormat, int buffers) throws IOException {
        return connect(SubscribeRequest.of(ChannelName.of(channel)), wireFormat, buffers);
    }

    /** Connects a subscriber with a subscribe request. */
    public ChunkedStreamClient connect(SubscribeRequest subscribeRequest, WireFormat wireFormat, int buffers)
            throws IOException {
        requests.add(new Request(subscribeRequest, wireFormat, buffers));
        Socket socket = new Socket();
        if (buffers > 0) {
            socket.setReceiveBufferSize(buffers);
        }
        socket.connect(listener.localAddress());
        ChunkedStreamClient chunkedStreamClient = new ChunkedStreamClient(socket);
        clients.add(chunkedStreamClient);
        soon().until(() -> handlesByPort.containsKey(socket.getLocalPort()));
        return chunkedStreamClient;
    }

    /** Runs an action on an event loop, which does nothing else until the action returns. */
    public void blockLoopWith(Runnable action) {
        group.next().submit(action).syncUninterruptibly();
    }

    /** Returns the counters when all loops have processed their tasks, so that the next publish has to wake them. */
    public HubStats statsWhenIdle() {
        group.forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
        return stats();
    }

    public StreamHandle streamOf(ChunkedStreamClient chunkedStreamClient) {
        return requireNonNull(handlesByPort.get(chunkedStreamClient.port()));
    }

    public StreamAttacher streams() {
        return HubAccess.streams(hub);
    }

    public HubStats stats() {
        return hub.stats();
    }

    /** Returns an await that polls every millisecond. */
    public static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    /** Waits until the given number of messages have been delivered to sockets. */
    public void awaitDelivered(long messages) {
        soon().until(() -> stats().delivered() >= messages);
    }

    @Override
    public void close() throws IOException {
        for (ChunkedStreamClient chunkedStreamClient : clients) {
            chunkedStreamClient.close();
        }
        listener.close().syncUninterruptibly();
        // With a quiet period of zero, Netty 4.2.18 may end a loop without closing its connections.
        connections.forEach(connection -> connection.close().syncUninterruptibly());
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        tree.close();
        soon().untilAsserted(() -> {
            assertThat(memory.metric().usedDirectMemory()).isZero();
            assertThat(stats().pinnedBytes()).isZero();
        });
    }
}
