package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.Replay;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection and a position. There is never more than one write on its way to the socket, of whole frames; while
 * there is, the position stays, and the reader is left alone. All fields belong to the event loop.
 *
 * <pre>
 *   waiting --(something new)--> behind --(write)--> writing --(written: more)--> behind
 *      ^                                                |
 *      +----------------(written: no more)--------------+          gone: from anywhere
 * </pre>
 */
final class StreamSubscriber implements StreamHandle, LoopSubscriber {
    private final Channel connection;
    private final SubscriberGroup group;
    private final DeliveryLoop loop;
    private final EncodedFeeds feeds;
    private final long retryMillis;

    private final SubscribeRequest wish;
    private final Cursor cursor;
    private final WriteStallDetector stall;

    private boolean writing;
    private boolean gone;
    private @Nullable String bye;
    private long byeAt;
    private boolean ended;

    /**
     * Makes a reader.
     *
     * @param retryMillis when it is asked to come back, if it is sent away
     */
    StreamSubscriber(Channel connection, SubscribeRequest wish, JoinResult place, EncodedFeeds feeds, long retryMillis) {
        this.connection = connection;
        this.group = place.group();
        this.loop = group.loop;
        this.feeds = feeds;
        this.wish = wish;
        this.stall = new WriteStallDetector(connection);
        this.cursor = place.cursor();
        this.retryMillis = retryMillis;
    }

    void begin() {
        loop.tick();
        loop.readers().add(this);
        stall.begin(loop.now());
        connection.closeFuture().addListener(closed -> leave());
        WireFormat framing = group.view.framing;
        List<ByteBuf> first = new ArrayList<>(1);
        if (framing.saysStart() || wish.resumes()) {
            first.add(framing.event(new ControlEvent.Start(cursor.start.recovered(), cursor.start.id())));
        }
        for (ChannelSelector.Rejected refused : wish.refused()) {
            first.add(framing.event(ControlEvent.Rejected.of(refused)));
        }
        if (first.isEmpty()) {
            loop.again(this);
        } else {
            write(first, DeliveryStats.NONE, false);
        }
    }

    @Override
    public void pump() {
        if (gone || writing || ended) {
            return;
        }
        Replay replay = cursor.replay();
        if (replay == null) {
            send(group.batch(cursor.position()));
            return;
        }
        try (Batch batch = group.view.next(cursor.position(), replay)) {
            send(batch);
        }
    }

    private void send(Batch batch) {
        if (bye != null && (cursor.position() >= byeAt || (batch.toTheEnd() && batch.isEmpty()))) {
            ended = true;
            write(List.of(group.view.framing.bye(new ControlEvent.Bye(bye, retryMillis))), DeliveryStats.NONE, true);
            return;
        }
        String after = batch.after() != null && cursor.reportsGap(batch.missed()) ? batch.after() : null;
        String place = cursor.unseenResumeId(batch.last(), after);
        cursor.advance(batch.next(), batch.last());
        if (!batch.isEmpty() || after != null) {
            List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 1);
            if (after != null) {
                loop.counters().gap(batch.missed());
                frames.add(group.view.framing.event(new ControlEvent.MissedMessages(batch.missed(), after)));
            }
            batch.parts().forEach(part -> frames.add(part.frames().retainedDuplicate()));
            if (place != null) {
                frames.add(group.view.framing.event(new ControlEvent.NextPosition(place)));
            }
            write(frames, DeliveryStats.of(batch, cursor), batch.toTheEnd());
        } else if (batch.toTheEnd()) {
            group.waiting().add(this);
        } else {
            loop.again(this);
        }
    }

    // ---- write

    private void write(List<ByteBuf> frames, DeliveryStats cargo, boolean toTheEnd) {
        long bytes = 0;
        ChannelFuture last = connection.newSucceededFuture();
        for (ByteBuf frame : frames) {
            bytes += frame.readableBytes();
            last = connection.write(frame);
        }
        writing = true;
        stall.begin(loop.now());
        loop.counters().writes.increment();
        connection.flush();
        if (last.isDone()) {
            written(last, cargo, toTheEnd);
        } else {
            long pinned = bytes;
            loop.counters().pinnedBytes.add(pinned);
            last.addListener(done -> {
                loop.counters().pinnedBytes.add(-pinned);
                written((ChannelFuture) done, cargo, false); // there may be more by now
            });
        }
    }

    private void written(ChannelFuture done, DeliveryStats cargo, boolean toTheEnd) {
        writing = false;
        if (!done.isSuccess() || ended) {
            close();
            return;
        }
        loop.delivered(cargo);
        if (gone) {
            return;
        }
        if (toTheEnd && bye == null) {
            group.waiting().add(this);
        } else {
            loop.again(this);
        }
    }

    private void leave() {
        if (!gone) {
            gone = true;
            group.waiting().remove(this);
            loop.readers().remove(this);
            feeds.leave(group, cursor);
        }
    }

    // ---- what is asked of it

    @Override
    public void heartbeat() {
        loop.execute(() -> heartbeat(0));
    }

    @Override
    public void heartbeat(long idleNanos) {
        if (loop.now() - stall.wroteAt() >= idleNanos && group.waiting().remove(this)) {
            write(List.of(group.view.framing.keepAlive()), DeliveryStats.NONE, false);
        }
    }

    @Override
    public void endIfStuck(long timeoutNanos) {
        if (writing && stall.isOver(loop.now(), timeoutNanos)) {
            loop.counters().stalled.increment();
            DisconnectReason.STALLED.mark(connection);
            close();
        }
    }

    @Override
    public void bye(String reason) {
        loop.execute(() -> {
            if (!gone && bye == null) {
                bye = reason;
                byeAt = group.view.end();
                if (group.waiting().remove(this)) {
                    loop.again(this);
                }
            }
        });
    }

    @Override
    public long behind() {
        return group.view.end() - cursor.position();
    }

    @Override
    public Channel connection() {
        return connection;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whoever wants to know listens to the connection
    @Override
    public void close() {
        connection.close();
    }

    /** For the log. */
    @Override
    public String toString() {
        return group.view.feed.selector + " to " + connection.remoteAddress();
    }
}
