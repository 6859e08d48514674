package dev.ginkgo.run.systemd;

import dev.ginkgo.run.os.Libc;
import dev.ginkgo.run.os.OsException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Where systemd listens: a datagram of lines {@code NAME=value}, as sd_notify(3) describes it. The JDK has no datagrams
 * on Unix sockets. Linux only. All methods may be called from any thread.
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
     * Opens nothing yet.
     *
     * @param address what {@code NOTIFY_SOCKET} says: a path, or a name in the abstract namespace behind {@code @}
     * @param platform the name of the operating system, as {@code os.name} has it
     * @throws OsException if that is no address of a Unix socket, or the platform has no systemd
     */
    public SystemdSocket(String address, String platform) throws OsException {
        if (!platform.equals("Linux")) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "NOTIFY_SOCKET is set, and works on Linux only; this is " + platform + ": unset it");
        }
        name = address.getBytes(StandardCharsets.UTF_8);
        boolean known = address.startsWith("/") || (address.startsWith("@") && address.length() > 1);
        if (!known || name.length >= MAX_ADDRESS_BYTES) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "NOTIFY_SOCKET=" + address + " is neither a path nor an @name of a Unix socket of at most "
                            + (MAX_ADDRESS_BYTES - 1) + " bytes; unset it, or set it as systemd does");
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
    }

    /**
     * Sends one datagram.
     *
     * @throws OsException if nobody is there to receive it
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

    /** The clock of {@code MONOTONIC_USEC}, in microseconds. */
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
