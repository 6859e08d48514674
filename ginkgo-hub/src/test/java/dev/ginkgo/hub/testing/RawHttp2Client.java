package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** HTTP/2 client with prior knowledge that sends exactly the given frames. */
public final class RawHttp2Client implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<Integer, StringBuilder> data = new HashMap<>();
    private final Map<Integer, Http2Headers> heads = new HashMap<>();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    /** A received frame. */
    public static final class Frame {
        private final int type;
        private final int flags;
        private final int stream;
        private final byte[] payload;

        private Frame(int type, int flags, int stream, byte[] payload) {
            this.type = type;
            this.flags = flags;
            this.stream = stream;
            this.payload = payload;
        }

        public int stream() {
            return stream;
        }

        public boolean ends() {
            return type <= HEADERS && (flags & END_STREAM) != 0;
        }

        /** Returns the payload, whose bytes are characters of ISO 8859-1. */
        public String text() {
            return new String(payload, ISO_8859_1);
        }

        /** Returns the error code of RST_STREAM or GOAWAY. */
        public int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    public RawHttp2Client(int port) throws IOException {
        this(port, 0);
    }

    /**
     * Connects.
     *
     * @param receiveBuffer size of the receive buffer; 0 is the default
     */
    public RawHttp2Client(int port, int receiveBuffer) throws IOException {
        this(connect(port, receiveBuffer));
    }

    private static Socket connect(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    /** Uses a connected socket, such as one with TLS. */
    public RawHttp2Client(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out.writeBytes(PREFACE.getBytes(US_ASCII));
        frame(SETTINGS, 0, 0).flush();
    }

    /** Adds a frame, which is sent by {@link #flush}. */
    public RawHttp2Client frame(int type, int flags, int stream, byte... payload) {
        out.writeBytes(ByteBuffer.allocate(9)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        out.writeBytes(payload);
        return this;
    }

    /** Adds the head of a request without a body. */
    public RawHttp2Client get(int stream, String path, String... headers) {
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, request("GET", path, headers));
    }

    /** Adds a request with a body. */
    public RawHttp2Client post(int stream, String path, String body, String... headers) {
        return frame(HEADERS, END_HEADERS, stream, request("POST", path, headers))
                .frame(DATA, END_STREAM, stream, body.getBytes(ISO_8859_1));
    }

    /** Adds a window update. */
    public RawHttp2Client windowUpdate(int stream, int increment) {
        return frame(WINDOW_UPDATE, 0, stream, integer(increment));
    }

    public RawHttp2Client reset(int stream) {
        return frame(RST_STREAM, 0, stream, integer(8));
    }

    public static byte[] integer(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** Returns the encoded headers of a request, each in the form {@code name=value}. */
    public static byte[] request(String method, String path, String... headers) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        literal(block, ":method", method);
        literal(block, ":scheme", "http");
        literal(block, ":path", path);
        literal(block, ":authority", "localhost");
        for (String each : headers) {
            int equals = each.indexOf('=');
            literal(block, each.substring(0, equals), each.substring(equals + 1));
        }
        return block.toByteArray();
    }

    /** Adds a header without compression (RFC 7541, section 6.2.2). */
    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        for (String each : new String[] {name, value}) {
            byte[] bytes = each.getBytes(ISO_8859_1);
            if (bytes.length < 127) {
                block.write(bytes.length);
            } else {
                block.write(127);
                int rest = bytes.length - 127;
                while (rest >= 128) {
                    block.write(rest % 128 + 128);
                    rest /= 128;
                }
                block.write(rest);
            }
            block.writeBytes(bytes);
        }
    }

    /** Sends the added frames. */
    public RawHttp2Client flush() throws IOException {
        socket.getOutputStream().write(out.toByteArray());
        out.reset();
        return this;
    }

    /** Reads a frame. */
    public Frame read() throws IOException {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        Frame frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte(), in.readInt(), new byte[length]);
        in.readFully(frame.payload);
        if (frame.type == DATA) {
            data(frame.stream).append(new String(frame.payload, ISO_8859_1));
        } else if (frame.type == HEADERS) {
            heads.put(frame.stream, decode(frame));
        }
        return frame;
    }

    /** Decodes all heads in their order, which the compression depends on. */
    private Http2Headers decode(Frame frame) throws IOException {
        try {
            return decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** Reads until the response of a stream has begun; returns its headers, with {@code :status}. */
    public Http2Headers head(int stream) throws IOException {
        while (!heads.containsKey(stream)) {
            read();
        }
        return requireNonNull(heads.get(stream));
    }

    /** Reads until the response of a stream has begun; returns its status. */
    public int status(int stream) throws IOException {
        return Integer.parseInt(head(stream).status().toString());
    }

    private StringBuilder data(int stream) {
        return data.computeIfAbsent(stream, _ -> new StringBuilder());
    }

    /** Reads until a stream has received a text; returns everything that it has received. */
    public String readTo(int stream, String text) throws IOException {
        while (data(stream).indexOf(text) < 0) {
            read();
        }
        return data(stream).toString();
    }

    /** Reads up to the end of a stream, which must not be reset; returns everything that it has received. */
    public String readToEndOf(int stream) throws IOException {
        Frame frame = read();
        while (frame.stream != stream || !frame.ends()) {
            if (frame.type == RST_STREAM) {
                throw new IOException("stream " + frame.stream + " was reset, with the error " + frame.error());
            }
            frame = read();
        }
        return data(stream).toString();
    }

    /** Reads up to the next frame of a type. */
    public Frame readFrame(int type) throws IOException {
        Frame frame = read();
        while (frame.type != type) {
            frame = read();
        }
        return frame;
    }

    /** Reads up to the end of the connection; returns the error code of its GOAWAY, or -1. */
    public int readToEnd() throws IOException {
        int error = -1;
        try {
            while (true) {
                Frame frame = read();
                error = frame.type == GOAWAY ? frame.error() : error;
            }
        } catch (EOFException end) {
            return error;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
