package dev.ginkgo.hub.net;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Address of the client at the other end of a channel: the peer of the socket, unless a trusted proxy has named another.
 * Limits per address count it, and operators see it. Any thread.
 */
public final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> NAMED_BY_PROXY =
            AttributeKey.valueOf(ClientAddress.class, "proxy");

    private static final AttributeKey<Boolean> FORWARDED = AttributeKey.valueOf(ClientAddress.class, "forwarded");

    private ClientAddress() {}

    /** Returns the address of the client, null if the channel has none because it is closed. */
    public static @Nullable InetSocketAddress of(Channel channel) {
        InetSocketAddress named = namedByProxy(channel);
        if (named != null) {
            return named;
        }
        Channel parent = channel.parent(); // the connection of an HTTP/2 stream
        InetSocketAddress ofConnection = parent == null ? null : namedByProxy(parent);
        return ofConnection == null ? peer(channel) : ofConnection;
    }

    /** Returns the address that a proxy has named, or null. Asking for the attribute itself would create it. */
    private static @Nullable InetSocketAddress namedByProxy(Channel channel) {
        return channel.hasAttr(NAMED_BY_PROXY) ? channel.attr(NAMED_BY_PROXY).get() : null;
    }

    /** Returns the network of the client, null if the channel has none because it is closed. */
    public static @Nullable InetAddress network(Channel channel) {
        InetSocketAddress client = of(channel);
        return client == null ? null : ClientNetwork.of(client.getAddress());
    }

    /**
     * Returns the network of the client.
     *
     * @param peer network of the peer of the socket, which is returned unless a trusted proxy has named another client
     */
    public static InetAddress network(Channel channel, InetAddress peer) {
        InetSocketAddress client = of(channel);
        return client == null ? peer : ClientNetwork.of(client.getAddress());
    }

    /** Notes that a trusted proxy has opened the connection for a client, also if it has not named the address. */
    public static void setForwarded(Channel connection) {
        connection.attr(FORWARDED).set(true);
    }

    /** Returns whether a trusted proxy has opened the connection of this channel for a client. */
    public static boolean isForwarded(Channel channel) {
        Channel parent = channel.parent(); // the connection of an HTTP/2 stream
        return channel.hasAttr(FORWARDED) || (parent != null && parent.hasAttr(FORWARDED));
    }

    /** Returns the address of the peer of the socket, null if it is closed. */
    public static @Nullable InetSocketAddress peer(Channel channel) {
        SocketAddress address = channel.remoteAddress();
        return address instanceof InetSocketAddress inet ? inet : null;
    }

    /** Returns {@code address:port} of a client, for operators; "closed" if there is none. */
    public static String describe(@Nullable InetSocketAddress address) {
        if (address == null) {
            return "closed";
        }
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Sets the address that a trusted proxy has named, until the next call. */
    public static void set(Channel channel, InetSocketAddress address) {
        channel.attr(NAMED_BY_PROXY).set(address);
    }
}
