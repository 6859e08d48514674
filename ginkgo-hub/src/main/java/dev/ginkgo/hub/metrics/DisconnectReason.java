package dev.ginkgo.hub.metrics;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reason why a connection was closed. */
public enum DisconnectReason {
    /** The client closed the connection or sent its last request, or the network failed. */
    CLIENT,
    /** The connection or its request was rejected, or what the client sent was malformed. */
    REFUSED,
    /** No further request arrived within {@code http.idle-timeout}. */
    IDLE,
    /** The request was incomplete, or its response was not read, at the request deadline. */
    REQUEST_TIMEOUT,
    /** The subscriber did not read: a write took longer than {@code write-timeout}, or others waited for its memory. */
    STALLED,
    /** The stream reached {@code http.max-lifetime}. */
    MAX_LIFETIME,
    /** The credentials of the stream expired. */
    TOKEN_EXPIRED,
    /** The credentials of the stream were revoked, or what they grant was changed. */
    TOKEN_REVOKED,
    /** The hub stops. */
    STOPPING,
    /** An unexpected exception, which is a bug. */
    ERROR;

    private static final AttributeKey<DisconnectReason> REASON = AttributeKey.valueOf(DisconnectReason.class, "why");

    /** Returns the name used in metrics and events, such as {@code max-lifetime}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Sets this reason for a connection that is about to close, unless one is set already. Any thread. */
    public void mark(Channel connection) {
        connection.attr(REASON).setIfAbsent(this);
    }

    /** Sets the reason for a connection that an exception closes, unless one is set already. Any thread. */
    public static void mark(Channel connection, Throwable cause) {
        boolean io = cause instanceof IOException
                || cause.getCause() instanceof IOException; // of TLS, in a DecoderException
        (io ? CLIENT : ERROR).mark(connection);
    }

    /** Returns the reason that has been set for a connection, null if none has. */
    public static @Nullable DisconnectReason marked(Channel connection) {
        return connection.hasAttr(REASON) ? connection.attr(REASON).get() : null; // asking would create the attribute
    }

    /** Returns the reason why a connection was closed. */
    public static DisconnectReason of(Channel connection) {
        DisconnectReason reason = marked(connection);
        return reason == null ? CLIENT : reason;
    }
}
