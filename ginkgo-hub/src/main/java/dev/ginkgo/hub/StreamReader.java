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
    private final Store store;
    private final long retryMillis;

    private final Wish wish;
    private final Beginning beginning;
    private final Stall stall;
    private final OpenGap gap = new OpenGap();

    private long position;
    private @Nullable Replay replay;
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
    StreamReader(Channel connection, Wish wish, Place place, Store store, long retryMillis) {
        this.connection = connection;
        this.group = place.group();
        this.loop = group.loop;
        this.store = store;
        this.wish = wish;
        this.stall = new Stall(connection);
        this.beginning = place.beginning();
        this.position = beginning.number();
        this.replay = beginning.replay();
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
            first.add(framing.event(new Control.Start(beginning.recovered(), beginning.id())));
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
        Replay selected = replay;
        if (selected == null) {
            send(group.batch(position));
            return;
        }
        try (Batch batch = group.view.next(position, selected)) {
            send(batch);
        }
    }

    private void send(Batch batch) {
        if (bye != null && (position >= byeAt || (batch.toTheEnd() && batch.isEmpty()))) {
            ended = true;
            write(List.of(group.view.framing.bye(new Control.Bye(bye, retryMillis))), Cargo.NONE, true);
            return;
        }
        position = batch.next();
        String after = batch.after() != null && gap.lost(batch.missed()) ? batch.after() : null;
        String place = place(batch.last(), after);
        if (replay != null && (position >= replay.until() || replay.isOver(batch.last()))) {
            replay = null;
        }
        if (!batch.isEmpty()) {
            gap.message();
        }
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
            write(frames, Cargo.of(batch, beginning, group.view.feed), batch.toTheEnd());
        } else if (batch.toTheEnd()) {
            group.waiting().add(this);
        } else {
            loop.again(this);
        }
    }

    /** What the reader is to come back with, if the ids of what it is sent now do not say all that it has had. */
    private @Nullable String place(@Nullable Message last, @Nullable String after) {
        String told = last == null ? after : last.id();
        if (replay == null || told == null) {
            return null;
        }
        String place = replay.id(told);
        return place.equals(told) ? null : place;
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
            store.leave(group);
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
        return group.view.end() - position;
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
