package lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/** The hub's protocol for WebSockets: publishers have a WebSocket each; subscribers read lines over HTTP. */
final class WebSocketProtocol implements Protocol {
    private static final int TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final byte[] NO_MASK = new byte[4]; // a key of zeros leaves the payload as it is

    private final Protocol http = Protocol.http("");

    @Override
    public byte[] subscribe() {
        return http.subscribe();
    }

    @Override
    public byte[] subscribed() {
        return http.subscribed();
    }

    @Override
    public byte[] connect() {
        return """
                GET /-/ws HTTP/1.1\r
                Host: localhost\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Protocol: ginkgo.v1\r
                \r
                """.getBytes(US_ASCII);
    }

    @Override
    public byte[] connected() {
        return "\r\n\r\n".getBytes(US_ASCII);
    }

    @Override
    public byte[] publish(byte[] payload) {
        byte[] object = Protocol.join(
                "{\"type\":\"publish\",\"request\":1,\"channel\":\"/bench\",\"data\":\"".getBytes(US_ASCII),
                payload,
                "\"}".getBytes(US_ASCII));
        ByteBuffer head = ByteBuffer.allocate(8).put((byte) TEXT);
        if (object.length < LENGTH_16) {
            head.put((byte) (MASKED | object.length));
        } else {
            head.put((byte) (MASKED | LENGTH_16)).putShort((short) object.length);
        }
        head.put(NO_MASK);
        return Protocol.join(java.util.Arrays.copyOf(head.array(), head.position()), object);
    }

    @Override
    public byte[] response() {
        return "\"type\":\"published\"".getBytes(US_ASCII);
    }
}
