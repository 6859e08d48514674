package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection that gets one answer: what is there, or what comes first, or nothing when its time is up; and the id to
 * go on with. Then it ends. All fields belong to the event loop.
 */
final class PollReader implements Reader, Attached {
    private final Channel connection;
    private final Wish wish;
    private final Group group;
    private final Loop loop;
    private final Store store;
    private final Beginning beginning;
    private final long waitNanos;
    private final Function<String, ByteBuf> head;
    private final Stall stall;

    private long position;
    private @Nullable Replay replay;
    private long deadline;
    private boolean answered;
    private boolean gone;

    /**
     * Makes a reader.
     *
     * @param wait for how long it waits for a message
     * @param head makes the head of the answer, with the id to go on with
     */
    PollReader(Channel connection, Wish wish, Place place, Store store, Duration wait, Function<String, ByteBuf> head) {
        this.connection = connection;
        this.wish = wish;
        this.group = place.group();
        this.loop = group.loop;
        this.store = store;
        this.beginning = place.beginning();
        this.position = beginning.number();
        this.replay = beginning.replay();
        this.waitNanos = wait.toNanos();
        this.head = head;
        this.stall = new Stall(connection);
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
        try (Batch batch = group.view.next(position, replay)) {
            position = batch.next();
            if (!batch.isEmpty() || batch.after() != null || (batch.toTheEnd() && !isWorthWaiting())) {
                answer(batch);
            } else {
                if (replay != null && position >= replay.until()) {
                    replay = null;
                }
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
        return deadline - loop.now() > 0 && (beginning.recovered() || !(wish.since() instanceof Since.After));
    }

    private void answer(Batch batch) {
        answered = true;
        Framing framing = group.view.framing;
        List<ByteBuf> frames = new ArrayList<>(batch.parts().size() + 4);
        if (framing.saysStart() || wish.resumes()) {
            frames.add(framing.event(new Control.Start(beginning.recovered(), beginning.id())));
        }
        wish.refused().forEach(refused -> frames.add(framing.event(Control.Refused.of(refused))));
        String after = batch.after();
        if (after != null) {
            loop.counters().gap(batch.missed());
            frames.add(framing.event(new Control.Missed(batch.missed(), after)));
        }
        batch.parts().forEach(part -> frames.add(part.frames().retainedDuplicate()));
        String next = next(batch);
        frames.add(framing.event(new Control.Next(next)));
        frames.add(framing.end());
        frames.addFirst(head.apply(next));
        write(frames, Cargo.of(batch, beginning, group.view.feed));
    }

    /** Where the next poll is to begin. */
    private String next(Batch batch) {
        Message last = batch.last();
        String told = last == null ? batch.after() : last.id();
        return told == null ? beginning.id() : replay == null ? told : replay.id(told);
    }

    private void write(List<ByteBuf> frames, Cargo cargo) {
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
            store.leave(group);
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
            Disconnect.STALLED.mark(connection);
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
        return answered ? 0 : group.view.end() - position;
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
