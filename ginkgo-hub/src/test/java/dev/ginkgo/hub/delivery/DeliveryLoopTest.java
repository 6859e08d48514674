package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.time.TimeSource;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeliveryLoopTest {
    private static final int ROUNDS = 100_000;

    /** Subscriber that always has more to send. */
    private static final class BusySubscriber extends LoopSubscriber {
        private final Channel connection = new EmbeddedChannel();
        private final DeliveryLoop deliveryLoop;
        private int rounds;

        BusySubscriber(DeliveryLoop deliveryLoop) {
            this.deliveryLoop = deliveryLoop;
        }

        @Override
        public void sendNext() {
            if (++rounds < ROUNDS) {
                deliveryLoop.scheduleAgain(this);
            }
        }

        @Override
        public void heartbeat(long idleNanos) {
            // never idle
        }

        @Override
        public void closeIfStalled(long timeoutNanos) {
            // never stalled
        }

        @Override
        public void closeIfPending(PinnedMemory.Pin write) {
            // nothing is written
        }

        @Override
        public StreamConnection connection() {
            return new ChannelConnection(connection);
        }

        @Override
        public void close() {
            rounds = ROUNDS;
        }
    }

    @Test
    @DisplayName("H-54 sockets are served between the rounds for subscribers that are behind")
    void rounds_doNotDelaySockets() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            // Given a listening socket on an event loop, and a subscriber that is always behind
            EventLoop eventLoop = group.next();
            BusySubscriber busy = new BusySubscriber(new DeliveryLoop(
                    eventLoop, TimeSource.system(), new Counters(), new PinnedMemory(() -> Long.MAX_VALUE)));
            CompletableFuture<Integer> roundsBeforeAccept = new CompletableFuture<>();
            Channel listener = new ServerBootstrap()
                    .group(group)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel connection) {
                            roundsBeforeAccept.complete(busy.rounds);
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            int port = ((InetSocketAddress) listener.localAddress()).getPort();

            // When a client connects while the loop starts the first round
            eventLoop
                    .submit(() -> {
                        busy.deliveryLoop.scheduleAgain(busy);
                        return new Socket(InetAddress.getLoopbackAddress(), port);
                    })
                    .sync()
                    .getNow()
                    .close();

            // Then the connection is accepted after a few rounds
            assertThat(roundsBeforeAccept.get(20, TimeUnit.SECONDS)).isLessThan(100);
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
