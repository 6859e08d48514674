package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.metrics.LoopCounters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A connection that gets one answer: what is there, or what comes first, or nothing when its time is up; and the id to
 * go on with. Then it ends. All fields belong to the event loop.
 */
final class PollSubscriber implements StreamHandle, LoopSubscriber {
    private final Channel connection;
    private final SubscribeRequest wish;
    private final SubscriberGroup group;
    private final DeliveryLoop loop;
    private final EncodedFeeds feeds;
    private final Cursor cursor;
    private final long waitNanos;
    private final Function<String, ByteBuf> head;
    private final WriteStallDetector stall;

    private long deadline;
    private boolean answered;
    private boolean gone;

    /**
     * Makes a reader.
     *
     * @param wait for how long it waits for a message
     * @param head makes the head of the answer, with the id to go on with
     */
    PollSubscriber(
            Channel connection,
            SubscribeRequest wish,
            JoinResult place,
            EncodedFeeds feeds,
            Duration wait,
            Function<String, ByteBuf> head) {
        this.connection = connection;
        this.wish = wish;
        this.group = place.group();
        this.loop = group.loop;
        this.feeds = feeds;
        this.cursor = place.cursor();
        this.waitNanos = wait.toNanos();
        this.head = head;
        this.stall = new WriteStallDetector(connection);
    }

    void begin() {
        loop.tick();
        loop.readers().add(this);
        deadline = loop.now() + waitNanos;
        connection.closeFuture().addListener(closed -> leave());
        loop.again(this);
    }

    @Override
    public void pump() {
        if (gone || answered) {
            return;
        }
        try (Batch batch = group.view.next(cursor.position(), cursor.replay())) {
            if (!batch.isEmpty() || batch.after() != null || (batch.toTheEnd() && !isWorthWaiting())) {
                answer(batch);
            } else {
                cursor.advance(batch.next(), null);
                if (batch.toTheEnd()) {
                    group.waiting().add(this);
                } else {
                    loop.again(this);
                }
            }
        }
    }

    /** Whoever has lost something hears it at once. */
    private boolean isWorthWaiting() {
        return deadline - loop.now() > 0 && (cursor.start.recovered() || !(wish.since() instanceof Since.After));
    }

    private void answer(Batch batch) {
        answered = true;
        WireFormat framing = group.view.framing;
        List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 4);
        if (framing.saysStart() || wish.resumes()) {
            frames.add(framing.event(new ControlEvent.Start(cursor.start.recovered(), cursor.start.id())));
        }
        wish.refused().forEach(refused -> frames.add(framing.event(ControlEvent.Rejected.of(refused))));
        String after = batch.after();
        if (after != null) {
            loop.counters().gap(batch.missed());
            frames.add(framing.event(new ControlEvent.MissedMessages(batch.missed(), after)));
        }
        batch.parts().forEach(part -> frames.add(part.frames().retainedDuplicate()));
        String next = cursor.resumeId(batch.last(), after);
        frames.add(framing.event(new ControlEvent.NextPosition(next)));
        frames.add(framing.end());
        frames.addFirst(head.apply(next));
        write(frames, DeliveryStats.of(batch, cursor));
    }

    private void write(List<ByteBuf> frames, DeliveryStats cargo) {
        long bytes = frames.stream().mapToLong(ByteBuf::readableBytes).sum();
        LoopCounters counters = loop.counters();
        counters.writes.increment();
        counters.pinnedBytes.add(bytes);
        stall.begin(loop.now());
        ByteBuf last = frames.removeLast();
        for (ByteBuf frame : frames) {
            var _ = connection.write(frame, connection.voidPromise());
        }
        var _ = connection.writeAndFlush(last).addListener((ChannelFutureListener) done -> {
            counters.pinnedBytes.add(-bytes);
            if (done.isSuccess()) {
                loop.delivered(cargo);
            }
            close();
        });
    }

    private void leave() {
        if (!gone) {
            gone = true;
            group.waiting().remove(this);
            loop.readers().remove(this);
            feeds.leave(group, cursor);
        }
    }

    @Override
    public void heartbeat() {
        // it says nothing until it answers
    }

    @Override
    public void heartbeat(long idleNanos) {
        // it says nothing until it answers
    }

    @Override
    public void endIfStuck(long timeoutNanos) {
        if (answered && stall.isOver(loop.now(), timeoutNanos)) {
            loop.counters().stalled.increment();
            DisconnectReason.STALLED.mark(connection);
            close();
        } else if (!answered && loop.now() - deadline >= 0 && group.waiting().remove(this)) {
            loop.again(this);
        }
    }

    @Override
    public void bye(String reason) {
        loop.execute(() -> {
            deadline = loop.now();
            if (group.waiting().remove(this)) {
                loop.again(this);
            }
        });
    }

    @Override
    public long behind() {
        return answered ? 0 : group.view.end() - cursor.position();
    }

    @Override
    public Channel connection() {
        return connection;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // whoever wants to know listens to the connection
    public void close() {
        connection.close();
    }

    /** For the log. */
    @Override
    public String toString() {
        return group.view.feed.selector + " to " + connection.remoteAddress();
    }
}
