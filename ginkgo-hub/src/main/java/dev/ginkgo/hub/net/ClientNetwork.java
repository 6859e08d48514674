package dev.ginkgo.hub.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Address of a client as limits per address count it. */
public final class ClientNetwork {
    private static final int IPV6_PREFIX_BYTES = Long.BYTES;

    private ClientNetwork() {}

    /** Returns whether a socket address is one of this machine's loopback addresses; false if it is null. */
    public static boolean isLoopback(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress().isLoopbackAddress();
    }

    /**
     * Returns an IPv4 address itself, and the first address of the /64 network of an IPv6 address. One client usually has
     * a whole /64, so a limit per address would not limit it.
     */
    public static InetAddress of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, IPV6_PREFIX_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }

    /**
     * Returns a number that identifies the {@linkplain #of network} of an address, the same at every node: the address of
     * IPv4, which no /64 network in use has, or the first half of an IPv6 address.
     */
    public static long number(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address ? bytes.getLong() : Integer.toUnsignedLong(bytes.getInt());
    }
}
