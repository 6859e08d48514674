package dev.ginkgo.zeromq.zmtp;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encoding of commands: the length of the name in one byte, the name, and the data. */
final class Command {
    private static final String SOCKET_TYPE = "Socket-Type";

    private Command() {}

    /** Returns a command with data that consists of several parts. */
    static byte[] of(String name, byte[]... parts) {
        int size = 1 + name.length();
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer command =
                ByteBuffer.allocate(size).put((byte) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
        for (byte[] part : parts) {
            command.put(part);
        }
        return command.array();
    }

    /** Returns whether a command has a name. */
    static boolean is(byte[] command, String name) {
        return command.length > name.length()
                && command[0] == name.length()
                && new String(command, 1, name.length(), StandardCharsets.US_ASCII).equals(name);
    }

    /**
     * Returns the data of a command.
     *
     * @throws ProtocolException if the command has another name, or less data than expected
     */
    static ByteBuffer data(byte[] command, String name, int minLength) throws ProtocolException {
        int start = 1 + name.length();
        if (!is(command, name) || command.length - start < minLength) {
            throw new ProtocolException("not a valid command " + name);
        }
        return ByteBuffer.wrap(command, start, command.length - start).slice();
    }

    /** Returns the metadata of a socket, which only has the type of the socket. */
    static byte[] metadata(String socketType) {
        return ByteBuffer.allocate(1 + SOCKET_TYPE.length() + Integer.BYTES + socketType.length())
                .put((byte) SOCKET_TYPE.length())
                .put(SOCKET_TYPE.getBytes(StandardCharsets.US_ASCII))
                .putInt(socketType.length())
                .put(socketType.getBytes(StandardCharsets.US_ASCII))
                .array();
    }
}
