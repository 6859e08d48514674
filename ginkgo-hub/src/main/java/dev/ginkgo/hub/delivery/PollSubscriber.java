package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.StreamEncoder;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.metrics.LoopCounters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection that receives a single response (long poll): the available messages, or the first ones to arrive, or
 * none when the wait time elapses; and the id to resume from. Then it is closed. All fields are used only on the event
 * loop.
 */
final class PollSubscriber extends LoopSubscriber implements StreamHandle {
    private final Channel connection;
    private final SubscribeRequest subscribeRequest;
    private final SubscriberGroup subscriberGroup;
    private final DeliveryLoop deliveryLoop;
    private final EncodedFeeds feeds;
    private final Cursor cursor;
    private final long waitNanos;
    private final Function<String, Object> head;
    private final ChannelConnection channelConnection;
    private final WriteStallDetector stallDetector;
    private final boolean encrypts;

    private long deadline;
    private @Nullable ScheduledFuture<?> timer;
    private boolean responded;
    private PinnedMemory.@Nullable Pin pin; // of the response, if the socket has not accepted it at once
    private boolean live; // there were no messages when it was visited
    private boolean closed;

    /**
     * Creates a subscriber.
     *
     * @param wait how long to wait for a message
     * @param head creates the head of the response for the id to resume from
     */
    PollSubscriber(
            Channel connection,
            SubscribeRequest subscribeRequest,
            JoinResult joinResult,
            EncodedFeeds feeds,
            Duration wait,
            Function<String, Object> head) {
        this.connection = connection;
        this.subscribeRequest = subscribeRequest;
        this.subscriberGroup = joinResult.group();
        this.deliveryLoop = subscriberGroup.deliveryLoop;
        this.feeds = feeds;
        this.cursor = joinResult.cursor();
        this.waitNanos = wait.toNanos();
        this.head = head;
        this.channelConnection = new ChannelConnection(connection);
        this.stallDetector = new WriteStallDetector(channelConnection);
        this.encrypts = connection.pipeline().get(SslHandler.class) != null;
    }

    void start() {
        deliveryLoop.updateClock();
        deliveryLoop.add(this);
        deadline = deliveryLoop.now() + waitNanos;
        connection.closeFuture().addListener(closed -> unsubscribe());
        deliveryLoop.scheduleAgain(this);
        // A real-time hint: only the injected clock decides whether the wait time has elapsed, see also closeIfStalled.
        timer = connection.eventLoop().schedule(this::respondIfExpired, waitNanos, TimeUnit.NANOSECONDS);
    }

    private void respondIfExpired() {
        deliveryLoop.updateClock();
        if (deliveryLoop.now() - deadline >= 0 && subscriberGroup.removeWaiting(this)) {
            deliveryLoop.scheduleAgain(this);
        }
    }

    @Override
    public void sendNext() {
        if (closed || responded) {
            return;
        }
        boolean onlyPinned = !deliveryLoop.hasRoom(live);
        if (onlyPinned && encrypts) {
            deliveryLoop.awaitMemory(this); // what other writes retain would be copied
            return;
        }
        try (Batch batch = subscriberGroup.encodedFeed.nextBatch(cursor.position(), cursor.replay(), onlyPinned)) {
            if (!batch.isEmpty() || batch.gapId() != null || (batch.atEnd() && !isWorthWaiting())) {
                respond(batch);
            } else {
                cursor.advance(batch.next(), null);
                if (batch.atEnd()) {
                    live = true;
                    subscriberGroup.addWaiting(this);
                } else if (onlyPinned) {
                    deliveryLoop.awaitMemory(this);
                } else {
                    deliveryLoop.scheduleAgain(this);
                }
            }
        }
    }

    /** Returns whether to wait for a message. A lost message is reported without waiting. */
    private boolean isWorthWaiting() {
        return deadline - deliveryLoop.now() > 0
                && (cursor.start().recovered() || !(subscribeRequest.since() instanceof Since.After));
    }

    private void respond(Batch batch) {
        responded = true;
        cancelTimer();
        WireFormat wireFormat = subscriberGroup.encodedFeed.wireFormat;
        StreamEncoder encoder = new StreamEncoder(wireFormat);
        List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 4);
        encoder.encodeHeader().ifPresent(frames::add);
        if (wireFormat.sendsStartEvent() || subscribeRequest.asksForHistory()) {
            frames.add(encoder.encodeEvent(new ControlEvent.Start(
                    cursor.start().recovered(), cursor.start().id())));
        }
        subscribeRequest
                .rejected()
                .forEach(rejected -> frames.add(encoder.encodeEvent(ControlEvent.Rejected.of(rejected))));
        String after = batch.gapId();
        if (after != null) {
            deliveryLoop.counters().recordGap(batch.missed());
            frames.add(encoder.encodeEvent(new ControlEvent.MissedMessages(batch.missed(), after)));
        }
        for (Batch.Part part : batch.parts()) {
            encoder.append(part.slab().checksum);
            frames.add(part.frames().retainedDuplicate());
        }
        String next = cursor.resumeId(batch.last(), after);
        frames.add(encoder.encodeEvent(new ControlEvent.NextPosition(next)));
        frames.add(encoder.encodeEnd());
        write(head.apply(next), frames, batch.parts(), DeliveryStats.of(batch, cursor));
    }

    private void write(Object responseHead, List<ByteBuf> frames, List<Batch.Part> parts, DeliveryStats deliveryStats) {
        long bytes = frames.stream().mapToLong(ByteBuf::readableBytes).sum();
        LoopCounters counters = deliveryLoop.counters();
        counters.recordWrite();
        counters.addPinnedBytes(bytes);
        stallDetector.writeStarted(deliveryLoop.now());
        PinnedMemory.Pin pending = deliveryLoop
                .pinnedMemory()
                .pin(this, deliveryLoop, encrypts ? List.of() : parts, encrypts ? bytes : 0, deliveryLoop.now());
        pin = pending;
        var _ = connection.write(responseHead, connection.voidPromise());
        ByteBuf last = frames.removeLast();
        for (ByteBuf frame : frames) {
            var _ = connection.write(frame, connection.voidPromise());
        }
        var _ = connection.writeAndFlush(last).addListener((ChannelFutureListener) done -> {
            pin = null;
            deliveryLoop.pinnedMemory().unpin(pending);
            counters.addPinnedBytes(-bytes);
            if (done.isSuccess()) {
                deliveryLoop.updateClock();
                deliveryLoop.delivered(deliveryStats);
            }
            close();
        });
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void unsubscribe() {
        if (!closed) {
            closed = true;
            cancelTimer();
            subscriberGroup.removeWaiting(this);
            deliveryLoop.remove(this);
            feeds.leave(subscriberGroup, cursor);
        }
    }

    @Override
    public void heartbeat() {
        // nothing may be written before the response
    }

    @Override
    public void heartbeat(long idleNanos) {
        // nothing may be written before the response
    }

    @Override
    public void closeIfStalled(long timeoutNanos) {
        if (responded && stallDetector.isStalled(deliveryLoop.now(), timeoutNanos)) {
            closeAsStalled();
        } else if (!responded) {
            respondIfExpired();
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
            deadline = deliveryLoop.now();
            if (subscriberGroup.removeWaiting(this)) {
                deliveryLoop.scheduleAgain(this);
            }
        });
    }

    @Override
    public long lag() {
        return responded ? 0 : subscriberGroup.encodedFeed.end() - cursor.position();
    }

    @Override
    public StreamConnection connection() {
        return channelConnection;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the close future of the connection has its own listeners
    public void close() {
        connection.close();
    }

    @Override
    public String toString() {
        return subscriberGroup.encodedFeed.feed.channelSelector + " to " + connection.remoteAddress();
    }
}
