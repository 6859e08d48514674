package dev.ginkgo.zeromq.zmtp;

import static java.util.Objects.requireNonNull;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The side of CURVE that connects. */
final class CurveClient extends CurveMechanism {
    private static final byte[] VERSION = {1, 0};

    /** So that the response to a forged sender is not longer than the request. */
    private static final int PADDING = 72;

    private final byte[] shortSecretKey = CurveBox.random(CurveBox.KEY_BYTES);
    private final byte[] shortPublicKey = CurveBox.publicKeyOf(shortSecretKey);
    private @Nullable CurveBox sessionBox; // after the server has sent its short-term key
    private boolean complete;

    CurveClient(String socketType, byte[] publicKey, byte[] secretKey) {
        super(socketType, publicKey, secretKey, "CurveZMQMESSAGEC", "CurveZMQMESSAGES");
    }

    @Override
    public byte[] firstCommand() {
        long number = nextNumber();
        byte[] signature =
                new CurveBox(publicKey, shortSecretKey).seal(CurveBox.nonce("CurveZMQHELLO---", number), new byte[64]);
        return Command.of("HELLO", VERSION, new byte[PADDING], shortPublicKey, CurveBox.bytes(number), signature);
    }

    @Override
    public byte @Nullable [] handshake(byte[] command) throws ProtocolException {
        if (sessionBox == null) {
            return initiate(command);
        }
        ByteBuffer data = Command.data(command, "READY", Long.BYTES + CurveBox.OVERHEAD);
        long number = data.getLong();
        sessionBox.open(CurveBox.nonce("CurveZMQREADY---", number), data);
        received(number);
        complete = true;
        return null;
    }

    private byte[] initiate(byte[] welcome) throws ProtocolException {
        ByteBuffer data = Command.data(welcome, "WELCOME", 16 + CurveBox.OVERHEAD + 128);
        byte[] nonce = CurveBox.nonce("WELCOME-", take(data, 16));
        ByteBuffer plain = new CurveBox(publicKey, shortSecretKey).open(nonce, data);
        if (plain.remaining() != 128) {
            throw new ProtocolException("not a valid command WELCOME");
        }
        byte[] serverShortKey = take(plain, CurveBox.KEY_BYTES);
        byte[] cookie = take(plain, 96);
        byte[] vouchNonce = CurveBox.random(16);
        byte[] vouch = new CurveBox(serverShortKey, secretKey)
                .seal(CurveBox.nonce("VOUCH---", vouchNonce), shortPublicKey, publicKey);
        sessionBox = new CurveBox(serverShortKey, shortSecretKey);
        setBox(requireNonNull(sessionBox));
        long number = nextNumber();
        byte[] sealed =
                sessionBox.seal(CurveBox.nonce("CurveZMQINITIATE", number), publicKey, vouchNonce, vouch, metadata);
        return Command.of("INITIATE", cookie, CurveBox.bytes(number), sealed);
    }

    @Override
    public boolean isComplete() {
        return complete;
    }
}
