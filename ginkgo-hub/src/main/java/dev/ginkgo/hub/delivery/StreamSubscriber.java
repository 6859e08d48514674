package dev.ginkgo.hub;

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
final class StreamReader implements Reader, Attached {
    private final Channel connection;
    private final Group group;
    private final Loop loop;
    private final EncodedFeeds feeds;
    private final long retryMillis;

    private final Wish wish;
    private final Cursor cursor;
    private final Stall stall;

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
    StreamReader(Channel connection, Wish wish, Place place, EncodedFeeds feeds, long retryMillis) {
        this.connection = connection;
        this.group = place.group();
        this.loop = group.loop;
        this.feeds = feeds;
        this.wish = wish;
        this.stall = new Stall(connection);
        this.cursor = place.cursor();
        this.retryMillis = retryMillis;
    }

    void begin() {
        loop.tick();
        loop.readers().add(this);
        stall.begin(loop.now());
        connection.closeFuture().addListener(closed -> leave());
        Framing framing = group.view.framing;
        List<ByteBuf> first = new ArrayList<>(1);
        if (framing.saysStart() || wish.resumes()) {
            first.add(framing.event(new Control.Start(cursor.start.recovered(), cursor.start.id())));
        }
        for (Selector.Refused refused : wish.refused()) {
            first.add(framing.event(Control.Refused.of(refused)));
        }
        if (first.isEmpty()) {
            loop.again(this);
        } else {
            write(first, Cargo.NONE, false);
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
            write(List.of(group.view.framing.bye(new Control.Bye(bye, retryMillis))), Cargo.NONE, true);
            return;
        }
        String after = batch.after() != null && cursor.reportsGap(batch.missed()) ? batch.after() : null;
        String place = cursor.unseenResumeId(batch.last(), after);
        cursor.advance(batch.next(), batch.last());
        if (!batch.isEmpty() || after != null) {
            List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 1);
            if (after != null) {
                loop.counters().gap(batch.missed());
                frames.add(group.view.framing.event(new Control.Missed(batch.missed(), after)));
            }
            batch.parts().forEach(part -> frames.add(part.frames().retainedDuplicate()));
            if (place != null) {
                frames.add(group.view.framing.event(new Control.Next(place)));
            }
            write(frames, Cargo.of(batch, cursor), batch.toTheEnd());
        } else if (batch.toTheEnd()) {
            group.waiting().add(this);
        } else {
            loop.again(this);
        }
    }

    // ---- write

    private void write(List<ByteBuf> frames, Cargo cargo, boolean toTheEnd) {
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

    private void written(ChannelFuture done, Cargo cargo, boolean toTheEnd) {
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
            write(List.of(group.view.framing.keepAlive()), Cargo.NONE, false);
        }
    }

    @Override
    public void endIfStuck(long timeoutNanos) {
        if (writing && stall.isOver(loop.now(), timeoutNanos)) {
            loop.counters().stalled.increment();
            Disconnect.STALLED.mark(connection);
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
