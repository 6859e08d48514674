package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.time.TimeSource;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

    /** Subscriber that fails when it is visited, or counts the visits. */
    private static final class CountingSubscriber extends LoopSubscriber {
        private final EmbeddedChannel channel = new EmbeddedChannel();
        private final @Nullable Error error;
        private int visits;
        private int heartbeats;

        CountingSubscriber(@Nullable Error error) {
            this.error = error;
        }

        private void failIfPlanned() {
            if (error != null) {
                throw error;
            }
        }

        @Override
        public void sendNext() {
            failIfPlanned();
            visits++;
        }

        @Override
        public void heartbeat(long idleNanos) {
            failIfPlanned();
            heartbeats++;
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
            return new ChannelConnection(channel);
        }

        @Override
        public void close() {
            var _ = channel.close();
        }

        private void assertClosedByError() {
            assertThat(channel.isOpen()).isFalse();
            assertThat(DisconnectReason.marked(channel)).isEqualTo(DisconnectReason.ERROR);
        }
    }

    /** Event loop without a thread: a test runs its tasks, or lets it fail to accept one. */
    private static final class ManualEventLoop extends DefaultEventLoop {
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private boolean failing;

        @Override
        public void execute(Runnable task) {
            if (failing) {
                failing = false;
                throw new OutOfMemoryError("planned");
            }
            tasks.add(task);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            execute(task);
            return new DefaultEventLoop().schedule(() -> {}, 1, TimeUnit.DAYS);
        }

        private void runTasks() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    private final ManualEventLoop manual = new ManualEventLoop();
    private final DeliveryLoop deliveryLoop =
            new DeliveryLoop(manual, TimeSource.system(), new Counters(), new PinnedMemory(() -> Long.MAX_VALUE));

    @Test
    @DisplayName("H-357 an error of one subscriber, in a heartbeat or while it is served, closes it, and no other one")
    void error_concernsOneSubscriber() {
        List<CountingSubscriber> subscribers = List.of(
                new CountingSubscriber(null),
                new CountingSubscriber(new OutOfMemoryError("planned")),
                new CountingSubscriber(new StackOverflowError("planned")),
                new CountingSubscriber(null));
        subscribers.forEach(deliveryLoop::add);

        // A heartbeat
        deliveryLoop.forEach(each -> each.heartbeat(0));
        manual.runTasks();
        assertThat(subscribers.getLast().heartbeats).isEqualTo(1);
        subscribers.get(1).assertClosedByError();
        subscribers.get(2).assertClosedByError();

        // A round
        List<CountingSubscriber> others =
                List.of(new CountingSubscriber(new StackOverflowError("planned")), new CountingSubscriber(null));
        others.forEach(deliveryLoop::scheduleAgain);
        manual.runTasks();
        others.getFirst().assertClosedByError();
        assertThat(others.getLast().visits).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "H-358 a wake-up that fails for lack of memory does not prevent the next one, and is repeated periodically")
    void failedWakeUp_isRepeated() {
        CountingSubscriber subscriber = new CountingSubscriber(null);
        manual.failing = true;
        assertThatThrownBy(() -> deliveryLoop.scheduleAgain(subscriber)).isInstanceOf(OutOfMemoryError.class);

        CountingSubscriber next = new CountingSubscriber(null);
        deliveryLoop.scheduleAgain(next);
        manual.runTasks();

        assertThat(subscriber.visits).isEqualTo(1);
        assertThat(next.visits).isEqualTo(1);

        // And if there is none, the periodic check repeats it
        manual.failing = true;
        assertThatThrownBy(() -> deliveryLoop.scheduleAgain(subscriber)).isInstanceOf(OutOfMemoryError.class);
        deliveryLoop.retryFailed();
        manual.runTasks();
        assertThat(subscriber.visits).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "H-360 a subscriber that begins to wait for memory while the last pending write ends is served at once")
    void memoryReleasedBeforeTheWait_isNoticed() {
        // Given: it has found no memory, and before it waits, the write of another event loop has released it
        CountingSubscriber subscriber = new CountingSubscriber(null);

        // When
        deliveryLoop.awaitMemory(subscriber);
        manual.runTasks();

        // Then, without the periodic check
        assertThat(subscriber.visits).isEqualTo(1);
    }
}
