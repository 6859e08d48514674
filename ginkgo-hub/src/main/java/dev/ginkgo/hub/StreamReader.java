package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
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
final class StreamReader implements Reader {
    private final Channel connection;
    private final Group group;
    private final Loop loop;
    private final Store store;
    private final long retryMillis;

    private long position;
    private long joinedAt;
    private boolean writing;
    private boolean gone;
    private @Nullable String bye;
    private long byeAt;
    private boolean ended;

    // when bytes last left for the socket, and what was left to go then
    private long wroteAt;
    private long pending;
    private long progress;

    /**
     * Makes a reader.
     *
     * @param retryMillis when it is asked to come back, if it is sent away
     */
    StreamReader(Channel connection, Store.Place place, Store store, long retryMillis) {
        this.connection = connection;
        this.group = place.group();
        this.loop = group.loop;
        this.store = store;
        this.position = place.position();
        this.retryMillis = retryMillis;
    }

    void begin() {
        loop.tick();
        loop.readers().add(this);
        joinedAt = loop.now();
        wroteAt = loop.now();
        connection.closeFuture().addListener(closed -> leave());
        if (group.view.framing.saysStart()) {
            write(List.of(group.view.framing.event(new Control.Start(false))), 0, 0, false);
        } else {
            loop.again(this);
        }
    }

    /** Sends what comes next. */
    void pump() {
        if (gone || writing || ended) {
            return;
        }
        Batch batch = group.batch(position);
        if (bye != null && (position >= byeAt || (batch.toTheEnd() && batch.isEmpty()))) {
            ended = true;
            write(List.of(group.view.framing.bye(new Control.Bye(bye, retryMillis))), 0, 0, true);
        } else if (!batch.isEmpty() || batch.missed() > 0) {
            List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 1);
            if (batch.missed() > 0) {
                loop.counters().gap(batch.missed());
                frames.add(group.view.framing.event(new Control.Missed(batch.missed())));
            }
            batch.parts().forEach(part -> frames.add(part.retainedDuplicate()));
            position = batch.next();
            write(frames, batch.messages(), batch.since(), batch.toTheEnd());
        } else if (batch.toTheEnd()) {
            group.waiting().add(this);
        } else {
            loop.again(this);
        }
    }

    // ---- write

    private void write(List<ByteBuf> frames, int messages, long since, boolean toTheEnd) {
        long bytes = 0;
        ChannelFuture last = connection.newSucceededFuture();
        for (ByteBuf frame : frames) {
            bytes += frame.readableBytes();
            last = connection.write(frame);
        }
        writing = true;
        wroteAt = loop.now();
        loop.counters().writes.increment();
        connection.flush();
        if (last.isDone()) {
            written(last, messages, since, toTheEnd);
        } else {
            long pinned = bytes;
            loop.counters().pinnedBytes.add(pinned);
            last.addListener(done -> {
                loop.counters().pinnedBytes.add(-pinned);
                written((ChannelFuture) done, messages, since, false); // there may be more by now
            });
        }
    }

    private void written(ChannelFuture done, int messages, long since, boolean toTheEnd) {
        writing = false;
        if (!done.isSuccess() || ended) {
            close();
            return;
        }
        if (messages > 0) {
            loop.counters().delivered.add(messages);
            loop.tick();
            if (since - joinedAt >= 0) { // else it was history when the reader came
                loop.counters().delays.record(loop.now() - since);
            }
        }
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

    /** Writes a keep-alive if nothing was written for so long. On the loop. */
    void heartbeat(long idleNanos) {
        if (loop.now() - wroteAt >= idleNanos && group.waiting().remove(this)) {
            write(List.of(group.view.framing.keepAlive()), 0, 0, false);
        }
    }

    /** Ends the connection if no byte of a write has left for so long. On the loop. */
    void endIfStuck(long timeoutNanos) {
        if (!writing) {
            return;
        }
        ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
        long pendingNow = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progressNow = buffer == null ? 0 : buffer.currentProgress();
        if (pendingNow != pending || progressNow != progress) {
            pending = pendingNow;
            progress = progressNow;
            wroteAt = Math.max(wroteAt, loop.now());
        } else if (loop.now() - wroteAt >= timeoutNanos) {
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

    Channel connection() {
        return connection;
    }

    /** Ends the connection at once. */
    @SuppressWarnings("FutureReturnValueIgnored") // whoever wants to know listens to the connection
    void close() {
        connection.close();
    }

    /** For the log. */
    @Override
    public String toString() {
        return group.view.log().name + " to " + connection.remoteAddress();
    }
}
