package dev.ginkgo.hub.http.server;

import dev.ginkgo.config.Address;
import io.netty.bootstrap.ServerBootstrap;
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

/** The event loops of a front, and how they reach the kernel. Closing it ends them within a second. */
public final class NettyServer implements AutoCloseable {
    /** By what the kernel is asked. */
    public enum IoTransport {
        /** Epoll where there is one. */
        AUTO,
        EPOLL,
        NIO
    }

    /** The kernel cuts it to its own limit ({@code net.core.somaxconn}). */
    private static final int BACKLOG = 1024;

    /** A peer that lost its power is found out after a minute: 30 s of silence, then three questions. */
    private static final int KEEPALIVE_IDLE_SECONDS = 30;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_COUNT = 3;

    /** And so is one to whom something had been sent. */
    private static final int UNACKNOWLEDGED_MILLIS = 60_000;

    private final EventLoopGroup loops;
    private final boolean epoll;

    /**
     * Starts nothing yet; a loop's thread starts with its first connection.
     *
     * @param name what the loops' threads are called, with a number after it
     * @param loops how many
     * @throws IllegalStateException if epoll is asked for where there is none
     */
    public NettyServer(IoTransport ioTransport, int loops, String name) {
        if (ioTransport == IoTransport.EPOLL && !Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "http.transport = \"epoll\" does not work on this machine; leave it out, or choose \"nio\"",
                    Epoll.unavailabilityCause());
        }
        this.epoll = ioTransport != IoTransport.NIO && Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(loops, threads(name), handlers);
    }

    /**
     * Listens, and accepts nobody before it is told to: {@code autoRead} of the channel it gives is off.
     *
     * @param origin where the address comes from, for the error
     */
    public Channel listen(Address address, String origin, ChannelInitializer<Channel> connections) throws IOException {
        ServerBootstrap server = new ServerBootstrap()
                .group(loops)
                .channel(channelClass())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .childHandler(connections);
        if (epoll) {
            server.childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_COUNT)
                    .childOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
        }
        try {
            InetAddress host = InetAddress.getByName(address.host());
            ChannelFuture bound = server.bind(new InetSocketAddress(host, address.port()));
            bound.awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw cannotBind(address, origin, String.valueOf(bound.cause().getMessage()), bound.cause());
            }
            return bound.channel();
        } catch (UnknownHostException e) {
            throw cannotBind(address, origin, "unknown host", e);
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
        AtomicInteger made = new AtomicInteger();
        return body -> {
            Thread thread = new FastThreadLocalThread(body, name + made.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static BindException cannotBind(Address address, String origin, String reason, Throwable cause) {
        String advice = reason.contains("in use")
                ? "stop what listens there (ss -ltnp shows it), or choose another port"
                : "choose an address of this machine, and a port that this user may open";
        BindException told =
                new BindException("cannot listen on " + address + " (" + origin + "): " + reason + "; " + advice);
        told.initCause(cause);
        return told;
    }
}
