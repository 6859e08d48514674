package dev.ginkgo.hub.connection;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An IPv4 address with a port as one number. */
final class PackedAddress {
    /** Not an address of IPv4. */
    static final long NONE = -1;

    private PackedAddress() {}

    /** Returns the number of an address, or {@link #NONE}. */
    static long of(@Nullable InetSocketAddress address) {
        return address != null && address.getAddress() instanceof Inet4Address ipv4
                ? Integer.toUnsignedLong(ByteBuffer.wrap(ipv4.getAddress()).getInt()) << Short.SIZE | address.getPort()
                : NONE;
    }

    /** Returns the address of a number that is not {@link #NONE}. */
    static InetSocketAddress unpack(long packed) {
        byte[] ipv4 = ByteBuffer.allocate(Integer.BYTES)
                .putInt((int) (packed >> Short.SIZE))
                .array();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ipv4), (int) packed & 0xffff);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 bytes are an address", e);
        }
    }
}
