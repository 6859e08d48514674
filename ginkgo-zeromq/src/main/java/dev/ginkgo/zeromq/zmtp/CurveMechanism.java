package dev.ginkgo.zeromq.zmtp;

import static java.util.Objects.requireNonNull;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The mechanism CURVE: what both sides have in common. Both have the same long-term key pair, and generate a short-term
 * one for each connection, so that recorded traffic cannot be decrypted with keys that become known later.
 */
abstract sealed class CurveMechanism implements Mechanism permits CurveClient, CurveServer {
    private static final String MESSAGE = "MESSAGE";

    /** Flags inside of a box; they differ from those of a frame. */
    private static final int INNER_MORE = 1;

    private static final int INNER_COMMAND = 2;

    final byte[] publicKey;
    final byte[] secretKey;
    final byte[] metadata;

    private final String sendPrefix;
    private final String receivePrefix;
    private long sent;
    private long received;
    private @Nullable CurveBox box; // between the short-term keys

    CurveMechanism(String socketType, byte[] publicKey, byte[] secretKey, String sendPrefix, String receivePrefix) {
        this.publicKey = publicKey;
        this.secretKey = secretKey;
        this.sendPrefix = sendPrefix;
        this.receivePrefix = receivePrefix;
        metadata = Command.metadata(socketType);
    }

    @Override
    public String name() {
        return "CURVE";
    }

    /** Returns the number of the next box of this side: each is used for one nonce. */
    long nextNumber() {
        return ++sent;
    }

    /** Notes the number of the last box of the peer in the handshake; those of messages are higher. */
    void received(long number) {
        received = number;
    }

    /** Sets the box that encrypts frames. */
    void setBox(CurveBox newBox) {
        box = newBox;
    }

    @Override
    public ZmtpFrame encode(ZmtpFrame frame) {
        int flags = (frame.hasMore() ? INNER_MORE : 0) | (frame.isCommand() ? INNER_COMMAND : 0);
        long number = nextNumber();
        byte[] sealed = requireNonNull(box, "the handshake is not complete")
                .seal(CurveBox.nonce(sendPrefix, number), new byte[] {(byte) flags}, frame.body());
        return new ZmtpFrame(0, Command.of(MESSAGE, CurveBox.bytes(number), sealed));
    }

    @Override
    public ZmtpFrame decode(ZmtpFrame frame) throws ProtocolException {
        ByteBuffer data = Command.data(frame.body(), MESSAGE, Long.BYTES + CurveBox.OVERHEAD + 1);
        long number = data.getLong();
        if (number <= received) {
            throw new ProtocolException("message " + number + " after message " + received + " of the connection");
        }
        received = number;
        ByteBuffer plain =
                requireNonNull(box, "the handshake is not complete").open(CurveBox.nonce(receivePrefix, number), data);
        int inner = plain.get();
        byte[] body = new byte[plain.remaining()];
        plain.get(body);
        int flags = ((inner & INNER_MORE) != 0 ? ZmtpFrame.MORE : 0)
                | ((inner & INNER_COMMAND) != 0 ? ZmtpFrame.COMMAND : 0);
        return new ZmtpFrame(flags, body);
    }

    static byte[] take(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
