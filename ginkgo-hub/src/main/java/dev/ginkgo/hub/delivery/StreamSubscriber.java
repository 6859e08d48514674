package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.sender.SocketSender;
import dev.ginkgo.hub.delivery.sender.SocketWrite;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.StreamEncoder;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.Replay;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection with a cursor. At most one write, of whole frames, is in progress at a time; until it completes, the
 * cursor does not move and the subscriber is not visited. All fields are used only on the event loop.
 *
 * <p>Messages of one slab, which is nearly every write, are submitted to the sender of the loop if it has adopted the
 * connection. Everything else is written through Netty, as is what the socket does not accept.
 *
 * <pre>
 *   waiting --(something new)--> behind --(write)--> writing --(written: more)--> behind
 *      ^                                                |
 *      +----------------(written: no more)--------------+          closed: from any state
 * </pre>
 */
final class StreamSubscriber extends LoopSubscriber implements StreamHandle, SocketWrite {
    private final Channel connection;
    private final SubscriberGroup subscriberGroup;
    private final DeliveryLoop deliveryLoop;
    private final EncodedFeeds feeds;
    private final long retryMillis;

    private final SubscribeRequest subscribeRequest;
    private final Cursor cursor;
    private final WriteStallDetector stallDetector;
    private final boolean encrypts;
    private final StreamEncoder encoder;

    private SocketSender.Adoption adoption = SocketSender.Adoption.NOT_YET;
    private @Nullable Batch submitted; // the batch of the group that the sender writes

    private boolean writing;
    private PinnedMemory.@Nullable Pin pin; // of the write in progress, if its socket has not accepted it at once
    private boolean live; // everything but the newest messages has been received
    private boolean closed;
    private @Nullable String byeReason;
    private long endAt;
    private boolean byeSent;

    /**
     * Creates a subscriber.
     *
     * @param retryMillis reconnect delay to send in the {@code bye} event
     */
    StreamSubscriber(
            Channel connection,
            SubscribeRequest subscribeRequest,
            JoinResult joinResult,
            EncodedFeeds feeds,
            long retryMillis) {
        this.connection = connection;
        this.subscriberGroup = joinResult.group();
        this.deliveryLoop = subscriberGroup.deliveryLoop;
        this.feeds = feeds;
        this.subscribeRequest = subscribeRequest;
        this.stallDetector = new WriteStallDetector(connection);
        this.encrypts = connection.pipeline().get(SslHandler.class) != null;
        this.encoder = new StreamEncoder(subscriberGroup.encodedFeed.wireFormat);
        this.cursor = joinResult.cursor();
        this.retryMillis = retryMillis;
    }

    void start() {
        deliveryLoop.updateClock();
        deliveryLoop.add(this);
        stallDetector.writeStarted(deliveryLoop.now());
        connection.closeFuture().addListener(closed -> unsubscribe());
        WireFormat wireFormat = subscriberGroup.encodedFeed.wireFormat;
        List<ByteBuf> first = new ArrayList<>(1);
        encoder.encodeHeader().ifPresent(first::add);
        if (wireFormat.sendsStartEvent() || subscribeRequest.asksForHistory()) {
            first.add(encoder.encodeEvent(new ControlEvent.Start(cursor.start.recovered(), cursor.start.id())));
        }
        for (ChannelSelector.Rejected rejected : subscribeRequest.rejected()) {
            first.add(encoder.encodeEvent(ControlEvent.Rejected.of(rejected)));
        }
        if (first.isEmpty()) {
            deliveryLoop.scheduleAgain(this);
        } else {
            write(first, List.of(), DeliveryStats.NONE, false);
        }
    }

    @Override
    public void sendNext() {
        if (closed || writing || byeSent) {
            return;
        }
        boolean onlyPinned = !deliveryLoop.hasRoom(live);
        if (onlyPinned && encrypts) {
            deliveryLoop.awaitMemory(this); // what other writes retain would be copied
            return;
        }
        Replay replay = cursor.replay();
        if (replay == null) {
            send(subscriberGroup.batch(cursor.position(), onlyPinned), true, onlyPinned);
            return;
        }
        try (Batch batch = subscriberGroup.encodedFeed.nextBatch(cursor.position(), replay, onlyPinned)) {
            send(batch, false, onlyPinned);
        }
    }

    /**
     * Sends a batch.
     *
     * @param shared whether the group retains it until the submitted writes are complete
     */
    private void send(Batch batch, boolean shared, boolean onlyPinned) {
        if (byeReason != null && (cursor.position() >= endAt || (batch.atEnd() && batch.isEmpty()))) {
            byeSent = true;
            write(
                    List.of(encoder.encodeBye(new ControlEvent.Bye(byeReason, retryMillis))),
                    List.of(),
                    DeliveryStats.NONE,
                    true);
            return;
        }
        String after = batch.gapId() != null && cursor.reportsGap(batch.missed()) ? batch.gapId() : null;
        ByteBuf gap =
                after == null ? null : encoder.encodeEvent(new ControlEvent.MissedMessages(batch.missed(), after));
        batch.parts().forEach(part -> encoder.append(part.slab().checksum)); // in whichever way they are written
        String resumeId = cursor.unseenResumeId(batch.last(), after);
        cursor.advance(batch.next(), batch.last());
        if (shared && batch.parts().size() == 1 && after == null && resumeId == null && isAdopted()) {
            submit(batch);
        } else if (!batch.isEmpty() || after != null) {
            List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 1);
            if (gap != null) {
                deliveryLoop.counters().recordGap(batch.missed());
                frames.add(gap);
            }
            batch.parts().forEach(part -> frames.add(part.frames().retainedDuplicate()));
            if (resumeId != null) {
                frames.add(encoder.encodeEvent(new ControlEvent.NextPosition(resumeId)));
            }
            write(frames, batch.parts(), DeliveryStats.of(batch, cursor), batch.atEnd());
        } else if (batch.atEnd()) {
            awaitMessages();
        } else if (onlyPinned) {
            deliveryLoop.awaitMemory(this);
        } else {
            deliveryLoop.scheduleAgain(this);
        }
    }

    // ---- write

    private void awaitMessages() {
        live = true;
        subscriberGroup.addWaiting(this);
    }

    private boolean isAdopted() {
        if (adoption == SocketSender.Adoption.NOT_YET) {
            adoption = deliveryLoop.socketSender().adopt(connection);
        }
        return adoption == SocketSender.Adoption.ADOPTED;
    }

    private void submit(Batch batch) {
        writing = true;
        submitted = batch;
        stallDetector.writeStarted(deliveryLoop.now());
        deliveryLoop.counters().recordWrite();
        deliveryLoop.socketSender().submit(connection, batch.parts().getFirst().frames(), this);
    }

    @Override
    public void completed(int accepted) {
        Batch batch = requireNonNull(submitted);
        submitted = null;
        ByteBuf frames = batch.parts().getFirst().frames();
        DeliveryStats deliveryStats = DeliveryStats.of(batch, cursor);
        int rest = frames.readableBytes() - accepted;
        if (rest == 0) {
            writeCompleted(true, deliveryStats, batch.atEnd());
        } else {
            ChannelFuture last = connection.write(frames.retainedSlice(frames.readerIndex() + accepted, rest));
            flush(last, rest, batch.parts(), deliveryStats, batch.atEnd());
        }
    }

    @Override
    public void failed(Throwable cause) {
        deliveryLoop.closeFailed(this, cause);
    }

    /**
     * Writes frames through Netty.
     *
     * @param parts the messages among the frames
     */
    private void write(List<ByteBuf> frames, List<Batch.Part> parts, DeliveryStats deliveryStats, boolean atEnd) {
        long bytes = 0;
        ChannelFuture last = connection.newSucceededFuture();
        for (ByteBuf frame : frames) {
            bytes += frame.readableBytes();
            last = connection.write(frame);
        }
        writing = true;
        stallDetector.writeStarted(deliveryLoop.now());
        deliveryLoop.counters().recordWrite();
        flush(last, bytes, parts, deliveryStats, atEnd);
    }

    /** Flushes the connection, and continues when what has been written to it is sent. */
    private void flush(
            ChannelFuture last, long bytes, List<Batch.Part> parts, DeliveryStats deliveryStats, boolean atEnd) {
        connection.flush();
        if (last.isDone()) {
            deliveryLoop.updateClock();
            writeCompleted(last.isSuccess(), deliveryStats, atEnd);
        } else {
            deliveryLoop.counters().addPinnedBytes(bytes);
            PinnedMemory.Pin pending = deliveryLoop
                    .pinnedMemory()
                    .pin(this, deliveryLoop, encrypts ? List.of() : parts, encrypts ? bytes : 0, deliveryLoop.now());
            pin = pending;
            last.addListener(write -> {
                pin = null;
                deliveryLoop.pinnedMemory().unpin(pending);
                deliveryLoop.counters().addPinnedBytes(-bytes);
                deliveryLoop.updateClock();
                // not at the end: more messages may have arrived in the meantime
                writeCompleted(write.isSuccess(), deliveryStats, false);
            });
        }
    }

    private void writeCompleted(boolean success, DeliveryStats deliveryStats, boolean atEnd) {
        writing = false;
        if (!success || byeSent) {
            close();
            return;
        }
        deliveryLoop.delivered(deliveryStats);
        if (closed) {
            return;
        }
        if (atEnd && byeReason == null) {
            awaitMessages();
        } else {
            live = false;
            deliveryLoop.scheduleAgain(this);
        }
    }

    private void unsubscribe() {
        if (!closed) {
            closed = true;
            subscriberGroup.removeWaiting(this);
            deliveryLoop.remove(this);
            feeds.leave(subscriberGroup, cursor);
        }
    }

    // ---- requests

    @Override
    public void heartbeat() {
        deliveryLoop.execute(() -> heartbeat(0));
    }

    @Override
    public void heartbeat(long idleNanos) {
        if (deliveryLoop.now() - stallDetector.lastProgressAt() >= idleNanos && subscriberGroup.removeWaiting(this)) {
            write(List.of(encoder.encodeKeepAlive()), List.of(), DeliveryStats.NONE, false);
        }
    }

    @Override
    public void closeIfStalled(long timeoutNanos) {
        if (writing && stallDetector.isStalled(deliveryLoop.now(), timeoutNanos)) {
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
                endAt = subscriberGroup.encodedFeed.end();
                if (subscriberGroup.removeWaiting(this)) {
                    deliveryLoop.scheduleAgain(this);
                }
            }
        });
    }

    @Override
    public long lag() {
        return subscriberGroup.encodedFeed.end() - cursor.position();
    }

    @Override
    public Channel connection() {
        return connection;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the close future of the connection has its own listeners
    @Override
    public void close() {
        connection.close();
    }

    @Override
    public String toString() {
        return subscriberGroup.encodedFeed.feed.channelSelector + " to " + connection.remoteAddress();
    }
}
