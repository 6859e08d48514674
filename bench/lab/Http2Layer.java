package lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** Subscribes several times on one connection of HTTP/2 (RFC 9113), with windows that never limit the server. */
final class Http2Layer implements ThreadSubscribers.Layer {
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    static final int MAX_WINDOW = Integer.MAX_VALUE;
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int SETTINGS = 4;
    private static final int PING = 6;
    static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_HEADERS_AND_STREAM = 5;

    private final String path;
    private final String scheme;

    Http2Layer(String path, String scheme) {
        this.path = path;
        this.scheme = scheme;
    }

    @Override
    public void read(Socket socket, int streams, Runnable ready, ThreadSubscribers.Sink sink) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PREFACE);
        byte[] initialWindow = ByteBuffer.allocate(6).putShort((short) 4).putInt(MAX_WINDOW).array();
        frame(out, SETTINGS, 0, 0, initialWindow);
        frame(out, WINDOW_UPDATE, 0, 0, number(MAX_WINDOW - 65_535));
        for (int i = 0; i < streams; i++) {
            frame(out, HEADERS, END_HEADERS_AND_STREAM, 2 * i + 1, request());
        }
        socket.getOutputStream().write(out.toByteArray());
        DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 64 * 1024));
        byte[] body = new byte[64 * 1024];
        long unacknowledged = 0;
        while (true) {
            int lengthAndType = in.readInt();
            int length = lengthAndType >>> 8;
            int type = lengthAndType & 255;
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            in.readFully(body, 0, length);
            switch (type) {
                case DATA -> {
                    sink.accept(stream / 2, body, 0, length);
                    unacknowledged += length;
                }
                case HEADERS -> ready.run();
                case SETTINGS -> {
                    if ((flags & ACK) == 0) {
                        send(socket, SETTINGS, new byte[0]);
                    }
                }
                case PING -> send(socket, PING, java.util.Arrays.copyOf(body, length));
                default -> {}
            }
            if (unacknowledged > 1 << 28) {
                ByteArrayOutputStream update = new ByteArrayOutputStream();
                frame(update, WINDOW_UPDATE, 0, 0, number((int) unacknowledged));
                socket.getOutputStream().write(update.toByteArray());
                unacknowledged = 0;
            }
        }
    }

    private static void send(Socket socket, int type, byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame(out, type, ACK, 0, body);
        socket.getOutputStream().write(out.toByteArray());
    }

    private byte[] request() {
        return headers(":method", "GET", ":scheme", scheme, ":authority", "localhost", ":path", path);
    }

    /** Returns a header block of names and values, in literals that are not indexed (RFC 7541, 6.2.2). */
    static byte[] headers(String... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            out.write(0);
            for (String text : new String[] {fields[i], fields[i + 1]}) {
                out.write(text.length());
                out.writeBytes(text.getBytes(US_ASCII));
            }
        }
        return out.toByteArray();
    }

    static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] body) {
        out.writeBytes(ByteBuffer.allocate(9)
                .putInt(body.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        out.writeBytes(body);
    }
}
