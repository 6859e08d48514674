package dev.ginkgo.hub.http.h1;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Serves the pipelined requests of one connection in turns, so that other connections of the event loop are served in between.
 * Nothing is read while requests that have been received are left. Event loop only.
 */
public final class RequestTurns {
    /**
     * Divides what is decoded in one iteration of an event loop among its connections. A single one gets many requests per
     * turn, because messages that are published together are delivered together. When the share of an iteration is used up,
     * a connection that has received bytes is still served a request or two, and all others wait for the next iteration, in
     * the order of their last turns. Event loop only.
     */
    public static final class Share {
        /** Heads, and parts of bodies: 256 small requests with a body. */
        private static final int PARTS_PER_ITERATION = 512;

        private static final int MIN_PARTS_PER_TURN = 16;

        /** Two small requests with a body. */
        private static final int MIN_PARTS_PER_READ = 4;

        private final Deque<RequestTurns> waiting = new ArrayDeque<>();
        private int partsLeft = PARTS_PER_ITERATION;
        private boolean scheduled;

        /** Returns how many parts the next turn may decode. */
        int partsPerTurn() {
            int fair = Math.max(MIN_PARTS_PER_TURN, PARTS_PER_ITERATION / Math.max(1, waiting.size()));
            return Math.max(MIN_PARTS_PER_READ, Math.min(fair, partsLeft));
        }

        private void turnEnded(int partsDecoded, EventLoop loop) {
            partsLeft -= partsDecoded;
            if (partsLeft < PARTS_PER_ITERATION / 2) {
                schedule(loop);
            }
        }

        private void add(RequestTurns turns, EventLoop loop) {
            waiting.addLast(turns);
            schedule(loop);
        }

        private void schedule(EventLoop loop) {
            if (!scheduled) {
                scheduled = true;
                // after the I/O of the loop: execute would run it before
                var _ = loop.schedule(() -> startIteration(loop), 0, TimeUnit.NANOSECONDS);
            }
        }

        private void startIteration(EventLoop loop) {
            scheduled = false;
            partsLeft = PARTS_PER_ITERATION;
            for (int turns = waiting.size(); turns > 0 && partsLeft > 0; turns--) {
                waiting.removeFirst().startScheduled();
            }
            if (!waiting.isEmpty()) {
                schedule(loop);
            }
        }
    }

    private final Channel channel;
    private final Share share;
    private final StrictRequestDecoder decoder;
    private final BooleanSupplier accepting;
    private final Runnable onEnd;
    private final Runnable onAllServed;
    private boolean scheduled;
    private boolean inputClosed;

    /**
     * @param share of the event loop of the connection
     * @param onBytes called when bytes have been received, before they are decoded
     * @param accepting returns whether the connection accepts requests now
     * @param onEnd called at the end of a turn, before responses are flushed
     * @param onAllServed called when the client has shut down its sending side and no request is left
     */
    RequestTurns(
            Channel channel,
            Share share,
            Runnable onBytes,
            BooleanSupplier accepting,
            Runnable onEnd,
            Runnable onAllServed) {
        this.channel = channel;
        this.share = share;
        this.decoder = new StrictRequestDecoder(onBytes, accepting, share::partsPerTurn);
        this.accepting = accepting;
        this.onEnd = onEnd;
        this.onAllServed = onAllServed;
    }

    /** Returns the decoder of the connection, which precedes it in the pipeline. */
    StrictRequestDecoder decoder() {
        return decoder;
    }

    private void startScheduled() {
        scheduled = false;
        start();
    }

    /** Serves requests that have been received already. */
    void start() {
        ChannelHandlerContext context = channel.pipeline().context(decoder);
        if (context == null) {
            return; // a stream, or closed
        }
        try {
            decoder.startTurn(context);
        } catch (Exception e) {
            context.fireExceptionCaught(e);
        }
        end();
    }

    /** Ends a turn. */
    void end() {
        share.turnEnded(decoder.takePartsDecoded(), channel.eventLoop());
        onEnd.run();
        channel.flush();
        proceed();
    }

    /** Schedules the next turn if requests are left, after the other connections; otherwise reads, if possible. */
    void proceed() {
        if (!channel.isActive() || channel.pipeline().context(decoder) == null) {
            return;
        }
        boolean requestsLeft = decoder.hasUndecoded();
        channel.config().setAutoRead(!requestsLeft && accepting.getAsBoolean());
        if (requestsLeft && accepting.getAsBoolean() && !scheduled) {
            scheduled = true;
            share.add(this, channel.eventLoop());
        } else if (!requestsLeft && inputClosed) {
            onAllServed.run();
        }
    }

    /** Notes that the client has shut down its sending side. The requests that it has sent are still served. */
    void inputClosed() {
        inputClosed = true;
        proceed();
    }

    /** Ends the turns: the connection becomes a stream, which its client ends by shutting down its sending side. */
    void detach() {
        channel.config().setAutoRead(true);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        if (inputClosed) {
            channel.eventLoop().execute(() -> {
                var _ = channel.close();
            });
        }
    }
}
