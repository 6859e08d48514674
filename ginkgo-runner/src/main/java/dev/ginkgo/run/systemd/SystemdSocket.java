package dev.ginkgo.run.systemd;

import dev.ginkgo.run.os.Libc;
import dev.ginkgo.run.os.OsException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Notification socket of systemd: sends datagrams of lines {@code NAME=value}, as described in sd_notify(3). It uses
 * the C library because the JDK does not support datagrams on Unix sockets. Linux only. Thread-safe.
 */
public final class SystemdSocket {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int FAMILY = Short.BYTES;
    private static final int MAX_ADDRESS_BYTES = 108;

    private final Libc libc = new Libc();
    private final byte[] name;

    /**
     * Validates the address; sockets are opened when a datagram is sent.
     *
     * @param address value of {@code NOTIFY_SOCKET}: a path, or {@code @} and a name in the abstract namespace
     * @param platform the operating system, as in {@code os.name}
     * @throws OsException if the address is invalid, or the platform has no systemd
     */
    public SystemdSocket(String address, String platform) throws OsException {
        if (!platform.equals("Linux")) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "NOTIFY_SOCKET is set but supported on Linux only, and this is " + platform + "; unset it");
        }
        name = address.getBytes(StandardCharsets.UTF_8);
        boolean known = address.startsWith("/") || (address.startsWith("@") && address.length() > 1);
        if (!known || name.length >= MAX_ADDRESS_BYTES) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "NOTIFY_SOCKET=" + address + " is not an absolute path or @name of at most "
                            + (MAX_ADDRESS_BYTES - 1) + " bytes; correct or unset it");
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
    }

    /**
     * Sends one datagram.
     *
     * @throws OsException if no process receives on the socket
     */
    public void send(String... lines) throws OsException {
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        int socket = libc.require("socket", (int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            boolean isPath = name[0] != 0;
            MemorySegment to = arena.allocate(FAMILY + MAX_ADDRESS_BYTES + 1);
            to.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(name, 0, to, ValueLayout.JAVA_BYTE, FAMILY, name.length);
            int length = FAMILY + name.length + (isPath ? 1 : 0);
            MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, text);
            Libc.Result sent =
                    libc.callForSize("sendto", socket, message, (long) text.length, MSG_NOSIGNAL, to, length);
            if (sent.failed()) {
                throw libc.exception("sendto " + this, sent.errno());
            }
        } finally {
            libc.call("close", socket);
        }
    }

    /** Returns the time of the clock for {@code MONOTONIC_USEC}, in microseconds. */
    public long monotonicMicros() throws OsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(2 * Long.BYTES, Long.BYTES);
            libc.require("clock_gettime", CLOCK_MONOTONIC, time);
            return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000 + time.get(ValueLayout.JAVA_LONG, Long.BYTES) / 1_000;
        }
    }

    @Override
    public String toString() {
        String text = new String(name, StandardCharsets.UTF_8);
        return name[0] == 0 ? "@" + text.substring(1) : text;
    }
}
