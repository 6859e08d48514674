package dev.ginkgo.hub.http.server;

import dev.ginkgo.config.Address;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Event loops of an HTTP front, and the listening socket. {@link #close} ends the loops within a second. */
public final class NettyServer implements AutoCloseable {
    /** I/O mechanism of the event loops. */
    public enum IoTransport {
        /** Epoll where available, else NIO. */
        AUTO,
        EPOLL,
        NIO
    }

    /** Maximum length of the accept queue. The kernel lowers it to its own limit ({@code net.core.somaxconn}). */
    private static final int BACKLOG = 1024;

    /** A client that lost power is detected after a minute: 30 s of silence, then three probes. */
    private static final int KEEPALIVE_IDLE_SECONDS = 30;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_COUNT = 3;

    /** A client that lost power with unacknowledged data is detected after the same time. */
    private static final int UNACKNOWLEDGED_MILLIS = 60_000;

    /**
     * The kernel accepts further bytes of a connection only while it holds fewer that it has not sent: the largest batch of
     * messages. It would otherwise hold up to 4 MiB for a client that does not read.
     */
    private static final long MAX_UNSENT_BYTES = 64 * 1024;

    /** Send buffer where that limit is not available. It also limits the bytes in flight, and thereby the throughput. */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    /** Maximum number of reads of one connection in an iteration of its loop: the default of Netty. */
    private static final int MAX_READS = 16;

    private final EventLoopGroup loops;
    private final boolean epoll;

    /**
     * Creates the event loops. The thread of a loop starts with its first connection.
     *
     * @param loops number of event loops
     * @param name prefix of the thread names; a number follows
     * @throws IllegalStateException if epoll is required and not available
     */
    public NettyServer(IoTransport ioTransport, int loops, String name) {
        if (ioTransport == IoTransport.EPOLL && !Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "http.transport = \"epoll\" is not available on this machine; omit the setting, or use \"nio\"",
                    Epoll.unavailabilityCause());
        }
        this.epoll = usesEpoll(ioTransport);
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(loops, threads(name), handlers);
    }

    /** Returns whether the connections of this I/O mechanism use epoll on this machine. */
    public static boolean usesEpoll(IoTransport ioTransport) {
        return ioTransport != IoTransport.NIO && Epoll.isAvailable();
    }

    /**
     * Binds the address and listens. No connection is accepted until the caller turns on {@code autoRead} of the returned
     * channel.
     *
     * @param source source of the address in the configuration, for the error message
     */
    public Channel listen(Address address, String source, ChannelInitializer<Channel> connections) throws IOException {
        ServerBootstrap server = new ServerBootstrap()
                .group(loops)
                .channel(channelClass())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(MAX_READS))
                .childHandler(connections);
        if (epoll) {
            server.childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_COUNT)
                    .childOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS)
                    .childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES);
        } else {
            server.childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
        }
        try {
            InetAddress host = InetAddress.getByName(address.host());
            ChannelFuture bound = server.bind(new InetSocketAddress(host, address.port()));
            bound.awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw cannotBind(address, source, String.valueOf(bound.cause().getMessage()), bound.cause());
            }
            return bound.channel();
        } catch (UnknownHostException e) {
            throw cannotBind(address, source, "unknown host", e);
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private Class<? extends ServerChannel> channelClass() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new FastThreadLocalThread(task, name + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static BindException cannotBind(Address address, String source, String reason, Throwable cause) {
        String advice = reason.contains("in use")
                ? "stop the process that listens there (ss -ltnp shows it), or choose another port"
                : "choose an address of this machine, and a port that this user may bind";
        BindException exception =
                new BindException("cannot listen on " + address + " (" + source + "): " + reason + "; " + advice);
        exception.initCause(cause);
        return exception;
    }
}
