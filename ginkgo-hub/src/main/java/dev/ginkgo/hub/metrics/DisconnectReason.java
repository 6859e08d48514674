package dev.ginkgo.hub.metrics;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.util.Locale;

/** Why a connection has ended. */
public enum DisconnectReason {
    /** The client went, or asked for no more, or the network between broke. */
    CLIENT,
    /** It was turned away, or what it sent could not be understood. */
    REFUSED,
    /** Its next request did not come. */
    IDLE,
    /** Its request did not come in whole, or it did not take its answer. */
    REQUEST_TIMEOUT,
    /** It did not read: a write waited for longer than {@code write-timeout}. */
    STALLED,
    /** The stream had lived for as long as one may. */
    MAX_LIFETIME,
    /** The hub stopped. */
    STOPPING,
    /** A bug ended it. */
    ERROR;

    private static final AttributeKey<DisconnectReason> REASON = AttributeKey.valueOf(DisconnectReason.class, "why");

    /** What is told to people and counted: {@code max-lifetime}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** This is why the connection is about to end, unless there was a reason before. Any thread. */
    public void mark(Channel connection) {
        connection.attr(REASON).setIfAbsent(this);
    }

    /** What came out of a connection, or of us, ends it. Any thread. */
    public static void mark(Channel connection, Throwable cause) {
        (cause instanceof IOException ? CLIENT : ERROR).mark(connection);
    }

    /** Why one that has closed did. */
    public static DisconnectReason of(Channel connection) {
        DisconnectReason why = connection.attr(REASON).get();
        return why == null ? CLIENT : why;
    }
}
