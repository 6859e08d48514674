package dev.ginkgo.hub.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Serves the pipelined requests of one connection in turns of a few, so that other connections of the event loop are served in
 * between. Nothing is read while requests that have been received are left. Event loop only.
 */
final class RequestTurns {
    private final Channel channel;
    private final StrictRequestDecoder decoder;
    private final BooleanSupplier accepting;
    private final Runnable onEnd;
    private final Runnable onAllServed;
    private boolean scheduled;
    private boolean inputClosed;

    /**
     * @param accepting returns whether the connection accepts requests now
     * @param onEnd called at the end of a turn, before responses are flushed
     * @param onAllServed called when the client has shut down its sending side and no request is left
     */
    RequestTurns(
            Channel channel,
            StrictRequestDecoder decoder,
            BooleanSupplier accepting,
            Runnable onEnd,
            Runnable onAllServed) {
        this.channel = channel;
        this.decoder = decoder;
        this.accepting = accepting;
        this.onEnd = onEnd;
        this.onAllServed = onAllServed;
    }

    /** Serves requests that have been received already. */
    void start() {
        scheduled = false;
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
            var _ = channel.eventLoop().schedule(this::start, 0, TimeUnit.NANOSECONDS);
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
