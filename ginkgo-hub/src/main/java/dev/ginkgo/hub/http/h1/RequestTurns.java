package dev.ginkgo.hub.http.h1;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Serves the pipelined requests of one connection in turns, so that other connections of the event loop are served in between.
 * Nothing is read while requests that have been received are left. Event loop only.
 */
public final class RequestTurns {
    /**
     * Divides what is decoded in one iteration of an event loop among the connections that wait for a turn. A single one gets
     * many requests per turn, because messages that are published together are delivered together. Event loop only.
     */
    public static final class Share {
        /** Heads, and parts of bodies: 256 small requests with a body. */
        private static final int PARTS_PER_ITERATION = 512;

        private static final int MIN_PARTS_PER_TURN = 16;

        private int waiting;

        int partsPerTurn() {
            return Math.max(MIN_PARTS_PER_TURN, PARTS_PER_ITERATION / Math.max(1, waiting));
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
        try {
            start();
        } finally {
            share.waiting--;
        }
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
            share.waiting++;
            var _ = channel.eventLoop().schedule(this::startScheduled, 0, TimeUnit.NANOSECONDS);
        } else if (!requestsLeft && inputClosed) {
            onAllServed.run();
        }
    }

    /** Notes that the client has shut down its sending side. The requests that it has sent are still served. */
    void inputClosed() {
        inputClosed = true;
        proceed();
    }

    boolean isInputClosed() {
        return inputClosed;
    }
}
