package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.ConnectionLifetime;
import dev.ginkgo.hub.connection.SocketAdoption;
import dev.ginkgo.hub.connection.StreamConnection;
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
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection with a cursor. At most one write, of whole frames, is in progress at a time; until it completes, the
 * cursor does not move and the subscriber is not visited. All fields are used only on the event loop.
 *
 * <p>Messages of one slab, which is nearly every write, are submitted to the sender of the loop if it supports the
 * connection. Everything else is written by the connection, as is what the socket does not accept. When there is nothing to
 * write for the first time, the loop adopts the socket from Netty, if that is possible.
 *
 * <pre>
 *   waiting --(something new)--> behind --(write)--> writing --(written: more)--> behind
 *      ^                                                |
 *      +----------------(written: no more)--------------+          closed: from any state
 * </pre>
 */
final class StreamSubscriber extends LoopSubscriber
        implements StreamHandle, SocketWrite, SocketAdoption.Listener, ConnectionLifetime.Participant {
    private volatile StreamConnection connection; // replaced on the event loop when its socket is adopted
    private final SubscriberGroup subscriberGroup;
    private final EncodedFeeds feeds;
    private final int retryMillis;

    private final Cursor cursor;
    private final boolean encrypts;
    private final StreamEncoder encoder;

    private SocketSender.Support support = SocketSender.Support.NOT_YET;
    private boolean adoptionTried;
    private boolean adopting; // nothing is written meanwhile
    private @Nullable Batch submitted; // the batch of the group that the sender writes

    private boolean writing;
    private long lastProgressAt; // when the last write started, or its socket last accepted bytes of it
    private @Nullable WriteStallDetector stallDetector; // of a write that takes long
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
    StreamSubscriber(Channel channel, JoinResult joinResult, EncodedFeeds feeds, long retryMillis) {
        this.connection = new ChannelConnection(channel);
        this.subscriberGroup = joinResult.group();
        this.feeds = feeds;
        this.encrypts = channel.pipeline().get(SslHandler.class) != null;
        this.encoder = subscriberGroup.encoder();
        this.cursor = joinResult.cursor();
        this.retryMillis = Math.toIntExact(retryMillis);
    }

    void start(Channel channel, SubscribeRequest subscribeRequest) {
        deliveryLoop().updateClock();
        deliveryLoop().add(this);
        lastProgressAt = deliveryLoop().now();
        ConnectionLifetime.of(channel).add(this);
        WireFormat wireFormat = subscriberGroup.encodedFeed.wireFormat;
        List<ByteBuf> first = new ArrayList<>(1);
        encoder.encodeHeader().ifPresent(first::add);
        if (wireFormat.sendsStartEvent() || subscribeRequest.asksForHistory()) {
            first.add(encoder.encodeEvent(new ControlEvent.Start(
                    cursor.start().recovered(), cursor.start().id())));
        }
        cursor.forgetStart();
        for (ChannelSelector.Rejected rejected : subscribeRequest.rejected()) {
            first.add(encoder.encodeEvent(ControlEvent.Rejected.of(rejected)));
        }
        if (first.isEmpty()) {
            deliveryLoop().scheduleAgain(this);
        } else {
            write(first, List.of(), DeliveryStats.NONE, false);
        }
    }

    @Override
    public void sendNext() {
        if (closed || writing || byeSent) {
            return;
        }
        boolean onlyPinned = !deliveryLoop().hasRoom(live);
        if (onlyPinned && encrypts) {
            deliveryLoop().awaitMemory(this); // what other writes retain would be copied
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
        for (int i = 0; i < batch.parts().size(); i++) { // in whichever way they are written; without garbage
            encoder.append(batch.parts().get(i).slab().checksum);
        }
        String resumeId = cursor.unseenResumeId(batch.last(), after);
        cursor.advance(batch.next(), batch.last());
        if (shared && batch.parts().size() == 1 && after == null && resumeId == null && isSupported()) {
            submit(batch);
        } else if (!batch.isEmpty() || after != null) {
            List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 1);
            if (gap != null) {
                deliveryLoop().counters().recordGap(batch.missed());
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
            deliveryLoop().awaitMemory(this);
        } else {
            deliveryLoop().scheduleAgain(this);
        }
    }

    private DeliveryLoop deliveryLoop() {
        return subscriberGroup.deliveryLoop;
    }

    // ---- write

    private void awaitMessages() {
        live = true;
        if (!startsAdoption()) {
            subscriberGroup.addWaiting(this);
        }
    }

    private boolean isSupported() {
        if (support == SocketSender.Support.NOT_YET) {
            support = deliveryLoop().socketSender().support(connection);
        }
        return support == SocketSender.Support.SUPPORTED;
    }

    // ---- adoption of the socket

    /** Starts, once, to adopt the socket, when there is nothing to write. */
    private boolean startsAdoption() {
        if (adoptionTried || !isSupported()) {
            return false;
        }
        adoptionTried = true;
        adopting = deliveryLoop().socketSender().adopt(connection, this);
        writing = adopting;
        return adopting;
    }

    @Override
    public void adopted(StreamConnection socket) {
        connection = socket;
        kept();
    }

    @Override
    public void kept() {
        adopting = false;
        writing = false;
        if (!closed) {
            deliveryLoop().scheduleAgain(this); // messages may have arrived in the meantime
        }
    }

    // ---- write through the sender

    private void submit(Batch batch) {
        writing = true;
        submitted = batch;
        lastProgressAt = deliveryLoop().now();
        deliveryLoop().counters().recordWrite();
        deliveryLoop()
                .socketSender()
                .submit(connection, batch.parts().getFirst().frames(), this);
    }

    @Override
    public void completed(int accepted) {
        Batch batch = requireNonNull(submitted);
        submitted = null;
        ByteBuf frames = batch.parts().getFirst().frames();
        int rest = frames.readableBytes() - accepted;
        if (rest == 0) {
            endWrite();
            deliveryLoop().delivered(batch, cursor);
            continueAfterWrite(batch.atEnd());
        } else {
            write(
                    List.of(frames.retainedSlice(frames.readerIndex() + accepted, rest)),
                    rest,
                    batch.parts(),
                    DeliveryStats.of(batch, cursor),
                    batch.atEnd());
        }
    }

    @Override
    public void failed(Throwable cause) {
        deliveryLoop().closeFailed(this, cause);
    }

    // ---- write through the connection

    /** Writes frames, among them parts with messages. */
    private void write(List<ByteBuf> frames, List<Batch.Part> parts, DeliveryStats deliveryStats, boolean atEnd) {
        long bytes = frames.stream().mapToLong(ByteBuf::readableBytes).sum();
        writing = true;
        lastProgressAt = deliveryLoop().now();
        deliveryLoop().counters().recordWrite();
        write(frames, bytes, parts, deliveryStats, atEnd);
    }

    /** Writes frames, and continues when the socket has accepted them. */
    private void write(
            List<ByteBuf> frames, long bytes, List<Batch.Part> parts, DeliveryStats deliveryStats, boolean atEnd) {
        Future<?> last = connection.write(frames);
        if (last.isDone()) {
            deliveryLoop().updateClock();
            writeCompleted(last.isSuccess(), deliveryStats, atEnd);
        } else {
            PinnedMemory.Pin pending = deliveryLoop().pin(this, parts, bytes, encrypts);
            pin = pending;
            last.addListener(write -> {
                pin = null;
                deliveryLoop().unpin(pending, bytes);
                // not at the end: more messages may have arrived in the meantime
                writeCompleted(write.isSuccess(), deliveryStats, false);
            });
        }
    }

    private void writeCompleted(boolean success, DeliveryStats deliveryStats, boolean atEnd) {
        endWrite();
        if (!success || byeSent) {
            close();
        } else {
            deliveryLoop().delivered(deliveryStats);
            continueAfterWrite(atEnd);
        }
    }

    private void endWrite() {
        writing = false;
        if (stallDetector != null) {
            lastProgressAt = stallDetector.lastProgressAt();
            stallDetector = null;
        }
    }

    private void continueAfterWrite(boolean atEnd) {
        if (closed) {
            return;
        }
        if (atEnd && byeReason == null) {
            awaitMessages();
        } else {
            live = false;
            deliveryLoop().scheduleAgain(this);
        }
    }

    /** Called when the connection has been closed. */
    @Override
    public void connectionClosed(DisconnectReason reason) {
        if (!closed) {
            closed = true;
            subscriberGroup.removeWaiting(this);
            deliveryLoop().remove(this);
            feeds.leave(subscriberGroup, cursor);
        }
    }

    // ---- requests

    @Override
    public void heartbeat() {
        deliveryLoop().execute(() -> heartbeat(0));
    }

    @Override
    public void heartbeat(long idleNanos) {
        if (deliveryLoop().now() - lastProgressAt >= idleNanos && subscriberGroup.removeWaiting(this)) {
            write(List.of(encoder.encodeKeepAlive()), List.of(), DeliveryStats.NONE, false);
        }
    }

    @Override
    public void closeIfStalled(long timeoutNanos) {
        if (!writing || adopting) {
            return;
        }
        if (stallDetector == null) {
            stallDetector = new WriteStallDetector(connection);
            stallDetector.writeStarted(lastProgressAt);
        }
        if (stallDetector.isStalled(deliveryLoop().now(), timeoutNanos)) {
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
        deliveryLoop().counters().recordStall();
        connection.mark(DisconnectReason.STALLED);
        close();
    }

    @Override
    public void endGracefully(String reason) {
        deliveryLoop().execute(() -> {
            if (!closed && byeReason == null) {
                byeReason = reason;
                endAt = subscriberGroup.encodedFeed.end();
                if (subscriberGroup.removeWaiting(this)) {
                    deliveryLoop().scheduleAgain(this);
                }
            }
        });
    }

    @Override
    public long lag() {
        return subscriberGroup.encodedFeed.end() - cursor.position();
    }

    @Override
    public StreamConnection connection() {
        return connection;
    }

    @Override
    public void close() {
        connection.close();
    }

    @Override
    public String toString() {
        return subscriberGroup.encodedFeed.feed.channelSelector + " to " + connection;
    }
}
