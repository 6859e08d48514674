package dev.ginkgo.hub.http.tls;

import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.UnservedConnection;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connection to a port with TLS, until its handshake is complete and its protocol is known. The first byte tells TLS from
 * plain HTTP; only then is an engine created. Event loop only.
 */
public final class TlsHandshake extends UnservedConnection {
    /** What happens next. Called on the event loop, after this handler has been removed. */
    public interface Continuation {
        /**
         * Serves the connection over TLS.
         *
         * @param protocol name of the protocol that has been negotiated (ALPN); empty if the client does not negotiate
         */
        void secured(Channel channel, String protocol, ConnectionSecurity security);

        /** Serves a connection whose client does not use TLS. */
        void plain(Channel channel);
    }

    private static final Logger LOG = LoggerFactory.getLogger(TlsHandshake.class);
    private static final byte HANDSHAKE_RECORD = 22;
    private static final int CLOSE_ALERT_MILLIS = 1_000;

    private final SslContext context;
    private final Executor tasks;
    private final Continuation continuation;
    private final ReadGate readGate;
    private volatile boolean complete;
    private @Nullable HandshakeTask waiting;

    /**
     * Task of a handshake, which waits for a thread. When its connection is closed, it refers to nothing any more: clients
     * that close their connections at once would otherwise fill the memory with those that wait.
     */
    private static final class HandshakeTask implements Runnable {
        private final AtomicReference<@Nullable Runnable> task;

        HandshakeTask(Runnable task) {
            this.task = new AtomicReference<>(task);
        }

        @Override
        public void run() {
            Runnable current = task.getAndSet(null);
            if (current != null) {
                current.run();
            }
        }

        void cancel() {
            task.set(null);
        }
    }

    /**
     * Starts the deadline.
     *
     * @param tasks runs signatures and key exchanges
     * @param onEnd called when the handshake is complete or the connection is closed
     */
    public TlsHandshake(
            Channel channel,
            SslContext context,
            Executor tasks,
            ConnectionDeadline deadline,
            Continuation continuation,
            Runnable onEnd) {
        super(channel, deadline, onEnd);
        this.context = context;
        this.tasks = tasks;
        this.continuation = continuation;
        this.readGate = new ReadGate(channel);
    }

    @Override
    public void channelRead(ChannelHandlerContext handler, Object message) {
        if (handler.pipeline().get(SslHandler.class) != null || !(message instanceof ByteBuf bytes)) {
            handler.fireChannelRead(message);
        } else if (!bytes.isReadable()) {
            bytes.release();
        } else if (bytes.getByte(bytes.readerIndex()) == HANDSHAKE_RECORD) {
            LimitedSslHandler tls = new LimitedSslHandler(context.newEngine(channel.alloc()), this::execute);
            tls.setHandshakeTimeoutMillis(0); // the deadline limits it, on the injected clock
            tls.setCloseNotifyFlushTimeoutMillis(CLOSE_ALERT_MILLIS);
            handler.pipeline().addFirst(readGate, tls, new TlsCloser(), tls.new DataObserver());
            handler.pipeline().fireChannelRead(message);
        } else {
            handler.pipeline().remove(this);
            continuation.plain(channel);
            channel.pipeline().fireChannelRead(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext handler, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            handler.fireUserEventTriggered(event);
        } else if (completion.isSuccess()) {
            SslHandler tls = handler.pipeline().get(SslHandler.class);
            String protocol = tls.applicationProtocol();
            ConnectionSecurity security = security(tls.engine().getSession());
            complete = true;
            readGate.remove();
            handler.pipeline().remove(this);
            continuation.secured(channel, protocol == null ? "" : protocol, security);
        } else {
            fail(completion.cause());
        }
    }

    /**
     * Runs a task of the handshake. A further one is a renegotiation, which costs the hub more than the client and which
     * HTTP/2 and TLS 1.3 do not have (RFC 9113, section 9.2.1).
     */
    private void execute(Runnable task) {
        if (complete) {
            channel.eventLoop().execute(() -> close(DisconnectReason.REFUSED));
        } else {
            HandshakeTask next = new HandshakeTask(() -> {
                task.run();
                channel.eventLoop().execute(readGate::taskEnded); // after the handshake has processed the result
            });
            waiting = next;
            readGate.taskStarted();
            tasks.execute(next);
        }
    }

    private static ConnectionSecurity security(SSLSession session) {
        try {
            List<X509Certificate> chain = Stream.of(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
            return new ConnectionSecurity(true, chain);
        } catch (SSLPeerUnverifiedException none) {
            return new ConnectionSecurity(true, List.of());
        }
    }

    private void fail(Throwable cause) {
        LOG.debug("TLS handshake with {} failed", channel.remoteAddress(), cause);
        DisconnectReason.REFUSED.mark(channel);
        var _ = channel.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
        fail(cause);
    }

    @Override
    protected void release() {
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
    }

    /** Closes the connection without an alert, which its client may not expect yet. */
    @Override
    protected void close(DisconnectReason reason) {
        reason.mark(channel);
        channel.unsafe().close(channel.newPromise());
    }
}
