package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection with several cursors. Subscriptions with new messages queue up here; one visit of the loop writes what they
 * have, in turn, up to about {@link EncodedFeed#MAX_BATCH_BYTES}, with one flush. Until this write completes no cursor moves,
 * so a client that does not read retains as much memory as one with a single subscription. All fields are used only on the
 * event loop.
 */
final class SharedConnection extends LoopSubscriber implements SharedStream {
    final DeliveryLoop deliveryLoop;

    private final Channel connection;
    final boolean encrypts;
    private final WireFormat wireFormat;
    private final EncodedFeeds feeds;
    private final PatternQuota<InetAddress> patterns;
    private final long retryMillis;
    private final ChannelConnection channelConnection;
    private final WriteStallDetector stallDetector;

    private final Set<SharedSubscription> subscriptions = new LinkedHashSet<>();
    private final Deque<SharedSubscription> behind = new ArrayDeque<>();
    private boolean scheduled;
    private boolean writing;
    private PinnedMemory.@Nullable Pin pin; // of the write in progress, if its socket has not accepted it at once
    private boolean closed;
    private @Nullable String byeReason;
    private boolean byeSent;
    private boolean stopped; // the last frame has been written by others

    /**
     * Creates a connection without subscriptions.
     *
     * @param retryMillis reconnect delay to send in the {@code bye} event
     */
    SharedConnection(
            Channel connection,
            WireFormat wireFormat,
            DeliveryLoop deliveryLoop,
            EncodedFeeds feeds,
            PatternQuota<InetAddress> patterns,
            long retryMillis) {
        this.connection = connection;
        this.encrypts = connection.pipeline().get(SslHandler.class) != null;
        this.wireFormat = wireFormat;
        this.deliveryLoop = deliveryLoop;
        this.feeds = feeds;
        this.patterns = patterns;
        this.retryMillis = retryMillis;
        this.channelConnection = new ChannelConnection(connection);
        this.stallDetector = new WriteStallDetector(channelConnection);
    }

    void start() {
        deliveryLoop.updateClock();
        stallDetector.writeStarted(deliveryLoop.now());
        deliveryLoop.add(this);
        connection.closeFuture().addListener(_ -> connectionClosed());
    }

    // ---- subscriptions

    @Override
    public SharedSubscription subscribe(SubscribeRequest subscribeRequest) {
        if (closed || byeReason != null) {
            throw new HubRejectedException(HubRejectedException.Reason.STOPPED, "the connection is being closed");
        }
        InetAddress network = ClientAddress.network(connection);
        Runnable releasePattern = network == null ? () -> {} : patterns.acquire(network, subscribeRequest);
        SharedSubscription subscription = null;
        try {
            subscription = new SharedSubscription(
                    this, feeds.join(subscribeRequest, wireFormat, deliveryLoop), releasePattern);
        } finally {
            if (subscription == null) {
                releasePattern.run();
            }
        }
        subscriptions.add(subscription);
        addBehind(subscription);
        return subscription;
    }

    void unsubscribe(SharedSubscription subscription) {
        if (subscriptions.remove(subscription)) {
            subscription.closed = true;
            behind.remove(subscription);
            leave(subscription);
        }
    }

    private void leave(SharedSubscription subscription) {
        subscription.subscriberGroup.removeWaiting(subscription);
        feeds.leave(subscription.subscriberGroup, subscription.cursor);
        subscription.releasePattern.run();
    }

    private void connectionClosed() {
        closed = true;
        deliveryLoop.remove(this);
        behind.clear();
        for (SharedSubscription subscription : subscriptions) {
            subscription.closed = true;
            leave(subscription);
        }
        subscriptions.clear();
    }

    // ---- sending

    /** Adds a subscription that may have something to send. */
    void addBehind(SharedSubscription subscription) {
        behind.add(subscription);
        schedule();
    }

    private void schedule() {
        if (!scheduled && !writing) { // the end of a write schedules again
            scheduled = true;
            deliveryLoop.scheduleAgain(this);
        }
    }

    @Override
    public void sendNext() {
        scheduled = false;
        if (closed || writing || byeSent || stopped) {
            return;
        }
        SharedWrite write = new SharedWrite();
        boolean progress = false;
        boolean awaitsMemory = false;
        try {
            for (int visits = behind.size(); visits > 0 && write.bytes() < EncodedFeed.MAX_BATCH_BYTES; visits--) {
                SharedSubscription next = behind.element();
                SharedSubscription.Visit visit = next.contributeTo(write);
                behind.remove(); // after the visit, so that one that fails for lack of memory is visited again
                switch (visit) {
                    case CONTRIBUTED -> progress = true;
                    case BEHIND -> {
                        progress = true;
                        behind.add(next);
                    }
                    case AWAITING_MEMORY -> {
                        awaitsMemory = true;
                        behind.add(next);
                    }
                    case AT_END -> {
                        if (byeReason == null) {
                            next.awaitMessages();
                        }
                    }
                }
            }
        } finally {
            if (!write.isEmpty()) {
                send(write);
            }
        }
        if (write.isEmpty()) {
            continueWithoutWrite(progress, awaitsMemory);
        }
    }

    private void continueWithoutWrite(boolean progress, boolean awaitsMemory) {
        if (awaitsMemory && !progress) {
            deliveryLoop.awaitMemory(this);
        } else if (!behind.isEmpty()) {
            schedule();
        } else if (byeReason != null) {
            byeSent = true;
            sendFrame(wireFormat.encodeBye(new ControlEvent.Bye(byeReason, retryMillis)));
        }
    }

    private void sendFrame(ByteBuf frame) {
        SharedWrite write = new SharedWrite();
        write.add(frame);
        send(write);
    }

    private void send(SharedWrite write) {
        ChannelFuture last = connection.newSucceededFuture();
        for (ByteBuf frame : write.frames) {
            last = connection.write(frame);
        }
        writing = true;
        stallDetector.writeStarted(deliveryLoop.now());
        deliveryLoop.counters().recordWrite();
        connection.flush();
        if (last.isDone()) {
            writeCompleted(last, write, true);
            return;
        }
        PinnedMemory.Pin pending = deliveryLoop.pin(this, write.parts, write.bytes(), encrypts);
        pin = pending;
        last.addListener(completed -> {
            pin = null;
            deliveryLoop.unpin(pending, write.bytes());
            writeCompleted((ChannelFuture) completed, write, false);
        });
    }

    /**
     * Continues after a write.
     *
     * @param atOnce whether the socket accepted it at once, so that no more messages can have arrived in the meantime
     */
    private void writeCompleted(ChannelFuture completed, SharedWrite write, boolean atOnce) {
        writing = false;
        if (!completed.isSuccess() || byeSent) {
            close();
            return;
        }
        deliveryLoop.updateClock();
        for (SharedWrite.Contribution each : write.contributions) {
            deliveryLoop.delivered(each.stats());
            SharedSubscription subscription = each.subscription();
            if (!subscription.closed) {
                if (atOnce && each.atEnd() && byeReason == null) {
                    subscription.awaitMessages();
                } else {
                    subscription.fallBehind();
                    behind.add(subscription);
                }
            }
        }
        if (!closed && (!behind.isEmpty() || byeReason != null)) {
            schedule();
        }
    }

    @Override
    public void write(ByteBuf frame) {
        deliveryLoop.updateClock();
        stallDetector.writeStarted(deliveryLoop.now());
        var _ = connection.write(frame);
    }

    @Override
    public void stopWriting() {
        stopped = true;
    }

    // ---- requests

    @Override
    public void heartbeat() {
        deliveryLoop.execute(() -> heartbeat(0));
    }

    @Override
    public void heartbeat(long idleNanos) {
        if (!closed
                && !writing
                && !byeSent
                && !stopped
                && !stallDetector.isWritePending()
                && deliveryLoop.now() - stallDetector.lastProgressAt() >= idleNanos) {
            sendFrame(wireFormat.encodeKeepAlive());
        }
    }

    @Override
    public void closeIfStalled(long timeoutNanos) {
        if (stallDetector.isWritePending() && stallDetector.isStalled(deliveryLoop.now(), timeoutNanos)) {
            closeAsStalled();
        }
    }

    @Override
    public void closeIfPending(PinnedMemory.Pin write) {
        if (write.equals(pin)) {
            closeAsStalled();
        }
    }

    private void closeAsStalled() {
        deliveryLoop.counters().recordStall();
        DisconnectReason.STALLED.mark(connection);
        close();
    }

    @Override
    public void endGracefully(String reason) {
        deliveryLoop.execute(() -> {
            if (!closed && byeReason == null) {
                byeReason = reason;
                for (SharedSubscription subscription : subscriptions) {
                    if (subscription.endWithPublished()) {
                        behind.add(subscription);
                    }
                }
                schedule();
            }
        });
    }

    @Override
    public long lag() {
        return subscriptions.stream().mapToLong(SharedSubscription::lag).sum();
    }

    @Override
    public StreamConnection connection() {
        return channelConnection;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the close future of the connection has its own listeners
    @Override
    public void close() {
        connection.close();
    }

    @Override
    public String toString() {
        return List.copyOf(subscriptions) + " of " + connection.remoteAddress();
    }
}
