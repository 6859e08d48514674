package dev.ginkgo.hub.connection;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ends with a connection: counts, registrations, subscriptions. It ends when the socket is closed, by Netty or, after it has
 * been adopted, by {@link AdoptedSocket}; each participant is notified once. Event loop only.
 */
public final class ConnectionLifetime implements ChannelFutureListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLifetime.class);

    private static final AttributeKey<ConnectionLifetime> KEY =
            AttributeKey.valueOf(ConnectionLifetime.class, "lifetime");

    static final Participant[] NONE = {};

    private Participant @Nullable [] participants = NONE; // as long as needed: there are two or three; null at the end

    /** Has something that ends with the connection. */
    @FunctionalInterface
    public interface Participant {
        /** Called once, when the socket has been closed. */
        void connectionClosed(DisconnectReason reason);

        /** Called when the socket has been taken from a channel, which is not used any more. */
        default void socketAdopted(Channel channel) {}
    }

    private ConnectionLifetime() {}

    /** Returns the lifetime of the connection of a channel. */
    public static ConnectionLifetime of(Channel channel) {
        ConnectionLifetime known =
                channel.hasAttr(KEY) ? channel.attr(KEY).get() : null; // asking for the attribute would create it
        if (known != null) {
            return known;
        }
        ConnectionLifetime created = new ConnectionLifetime();
        channel.attr(KEY).set(created);
        var _ = channel.closeFuture().addListener(created);
        return created;
    }

    /** Adds a participant, which is notified after those that have been added before; at once if the connection is closed. */
    public void add(Participant participant) {
        Participant[] before = participants;
        if (before == null) {
            participant.connectionClosed(DisconnectReason.CLIENT);
            return;
        }
        Participant[] all = Arrays.copyOf(before, before.length + 1);
        all[before.length] = participant;
        participants = all;
    }

    /** Called when Netty has closed the connection. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        end(DisconnectReason.of(closed.channel()));
    }

    /**
     * Separates the lifetime from a channel, whose end does not end it any more. The participants belong to the adopted socket,
     * which notifies them with {@link #end(Participant[], DisconnectReason)}.
     */
    void leave(Channel channel, AdoptedSocket adopted) {
        channel.closeFuture().removeListener(this);
        channel.attr(KEY).set(null);
        Participant[] all = participants;
        if (all == null) {
            return;
        }
        participants = null;
        adopted.setParticipants(all); // first: one of them may close the socket
        for (Participant each : all) {
            try {
                each.socketAdopted(channel);
            } catch (RuntimeException | Error e) { // the socket has its new owner already
                LOG.error("an exception after the adoption of a socket; the other participants are notified", e);
            }
        }
    }

    /** Ends the lifetime. Further calls have no effect. */
    private void end(DisconnectReason reason) {
        Participant[] all = participants;
        participants = null;
        if (all != null) {
            end(all, reason);
        }
    }

    /** Notifies the participants of a connection that it is closed. */
    static void end(Participant[] all, DisconnectReason reason) {
        for (Participant each : all) {
            try {
                each.connectionClosed(reason);
            } catch (RuntimeException | Error e) {
                LOG.error("an exception at the end of a connection; the other participants are notified", e);
            }
        }
    }
}
