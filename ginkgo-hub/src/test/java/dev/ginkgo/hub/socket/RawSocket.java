package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** WebSocket with the subprotocol {@code ginkgo.v1} on a plain socket, which reads only on request. */
final class RawSocket implements AutoCloseable {
    private final Socket socket = new Socket();
    private final DataInputStream in;

    RawSocket(int port) throws IOException {
        this(port, "X-Extensions: none");
    }

    /** Connects with a further header. */
    RawSocket(int port, String header) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new DataInputStream(socket.getInputStream());
        String request = String.join(
                "\r\n",
                "GET /-/ws HTTP/1.1",
                "Host: localhost",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: ginkgo.v1",
                header,
                "",
                "");
        write(request.getBytes(ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException(head.toString());
        }
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Returns a text frame whose mask is zero; single quotes stand for double ones. */
    static byte[] frame(String text) {
        byte[] payload = text.replace('\'', '"').getBytes(UTF_8);
        return frame(payload, payload.length);
    }

    /**
     * Returns the begin of a text frame.
     *
     * @param length of the whole frame
     */
    static byte[] frame(byte[] payload, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(0x81);
            if (length < 126) {
                out.writeByte(0x80 | length);
            } else if (length < 65_536) {
                out.writeByte(0x80 | 126);
                out.writeShort(length);
            } else {
                out.writeByte(0x80 | 127);
                out.writeLong(length);
            }
            out.writeInt(0);
            out.write(payload);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    RawSocket send(String text) throws IOException {
        write(frame(text));
        return this;
    }

    /** Returns a frame with a mask of zero. */
    static byte[] frame(int head, byte[] payload) {
        byte[] frame = frame(payload, payload.length);
        frame[0] = (byte) head;
        return frame;
    }

    /** Reads the next frame: a text, or {@code close} with the code and the reason. Skips pings. */
    String read() throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & 0xf;
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = (int) in.readLong();
            }
            byte[] payload = in.readNBytes(length);
            if (opcode == 1) {
                return new String(payload, UTF_8);
            }
            if (opcode == 8) {
                int code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
                return "close " + code + " " + new String(payload, 2, length - 2, UTF_8);
            }
        }
    }

    /** Returns whether something has arrived that has not been read. */
    boolean hasInput() throws IOException {
        return in.available() > 0;
    }

    /** Waits for the next byte; returns whether there is none, because the hub has shut down its side. */
    boolean hasEnded() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
