package lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Puts of one key of etcd, by gRPC over HTTP/2 without TLS. There are no subscribers; a put that fails ends the measurement.
 */
final class EtcdProtocol implements Protocol {
    private static final int END_HEADERS = 4;
    private static final int END_STREAM = 1;
    private static final int RST_STREAM = 3;
    private static final int GOAWAY = 7;
    private static final int FRAME_HEAD = 9;
    private static final byte[] HEADERS = Http2Layer.headers(
            ":method", "POST", ":scheme", "http", ":path", "/etcdserverpb.KV/Put", ":authority", "localhost",
            "content-type", "application/grpc", "te", "trailers");

    private int stream = -1;

    @Override
    public Protocol connection() {
        return new EtcdProtocol(); // with stream ids of its own
    }

    @Override
    public byte[] subscribe() {
        return new byte[0];
    }

    @Override
    public byte[] subscribed() {
        return new byte[0];
    }

    @Override
    public byte[] connect() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Http2Layer.PREFACE);
        Http2Layer.frame(out, Http2Layer.SETTINGS, 0, 0, new byte[0]);
        Http2Layer.frame(out, Http2Layer.SETTINGS, END_STREAM, 0, new byte[0]); // acknowledges those of the server
        Http2Layer.frame(out, Http2Layer.WINDOW_UPDATE, 0, 0, Http2Layer.number(Http2Layer.MAX_WINDOW - 65_535));
        return out.toByteArray();
    }

    @Override
    public byte[] publish(byte[] payload) {
        stream += 2;
        ByteArrayOutputStream put = new ByteArrayOutputStream(); // PutRequest: 1 is the key, 2 the value
        field(put, 1, "bench".getBytes(US_ASCII));
        field(put, 2, payload);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Http2Layer.frame(out, Http2Layer.HEADERS, END_HEADERS, stream, HEADERS);
        byte[] message = ByteBuffer.allocate(5 + put.size()).put((byte) 0).putInt(put.size()).put(put.toByteArray()).array();
        Http2Layer.frame(out, Http2Layer.DATA, END_STREAM, stream, message);
        return out.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] value) {
        out.write(number << 3 | 2);
        int length = value.length;
        for (; length > 127; length >>= 7) {
            out.write(length & 127 | 128);
        }
        out.write(length);
        out.writeBytes(value);
    }

    @Override
    public byte[] response() {
        throw new UnsupportedOperationException("responses are counted by frames");
    }

    /** A response is a frame with data; a failed call has trailers only. */
    @Override
    public ResponseCounter responseCounter() {
        return new ResponseCounter() {
            private final byte[] head = new byte[FRAME_HEAD];
            private int headBytes;
            private int bodyBytes;

            @Override
            public int add(byte[] bytes, int length) throws IOException {
                int responses = 0;
                for (int i = 0; i < length; ) {
                    if (headBytes < FRAME_HEAD) {
                        head[headBytes++] = bytes[i++];
                        if (headBytes == FRAME_HEAD) {
                            bodyBytes = ByteBuffer.wrap(head).getInt() >>> 8;
                            responses += begin(head[3]);
                        }
                    } else {
                        int skipped = Math.min(bodyBytes, length - i);
                        i += skipped;
                        bodyBytes -= skipped;
                    }
                    if (headBytes == FRAME_HEAD && bodyBytes == 0) {
                        headBytes = 0;
                    }
                }
                return responses;
            }

            private int begin(int type) throws IOException {
                if (type == RST_STREAM || type == GOAWAY) {
                    throw new IOException("etcd ends the stream or the connection");
                }
                return type == Http2Layer.DATA && bodyBytes > 0 ? 1 : 0;
            }
        };
    }
}
