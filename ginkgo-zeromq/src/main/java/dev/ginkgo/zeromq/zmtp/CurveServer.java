package dev.ginkgo.zeromq.zmtp;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The side of CURVE that accepts. A client must know the public key of this side to say hello, and prove that it has
 * the secret key before anything that it sends is read.
 */
final class CurveServer extends CurveMechanism {
    private static final int COOKIE_BYTES = 96;

    private @Nullable Session session; // once the client has said hello
    private boolean complete;

    /**
     * What is generated for a client once it has shown the public key, because that takes a millisecond.
     *
     * @param cookie sent back by the client; random, because the state is here
     */
    @SuppressWarnings("ArrayRecordComponent") // sessions are not compared
    private record Session(byte[] clientKey, byte[] shortSecretKey, byte[] cookie) {}

    CurveServer(String socketType, byte[] publicKey, byte[] secretKey) {
        super(socketType, publicKey, secretKey, "CurveZMQMESSAGES", "CurveZMQMESSAGEC");
    }

    @Override
    public boolean isServer() {
        return true;
    }

    @Override
    public byte @Nullable [] firstCommand() {
        return null;
    }

    @Override
    public byte[] handshake(byte[] command) throws ProtocolException {
        Session current = session;
        return current == null ? welcome(command) : ready(command, current);
    }

    private byte[] welcome(byte[] hello) throws ProtocolException {
        ByteBuffer data = Command.data(hello, "HELLO", 194);
        if (data.get() != 1 || data.get() != 0) {
            throw new ProtocolException("unsupported version of CURVE");
        }
        data.position(74);
        byte[] clientKey = take(data, CurveBox.KEY_BYTES);
        CurveBox box = new CurveBox(clientKey, secretKey);
        box.open(CurveBox.nonce("CurveZMQHELLO---", data.getLong()), data);
        byte[] shortSecretKey = CurveBox.random(CurveBox.KEY_BYTES);
        byte[] cookie = CurveBox.random(COOKIE_BYTES);
        session = new Session(clientKey, shortSecretKey, cookie);
        byte[] nonce = CurveBox.random(16);
        byte[] sealed = box.seal(CurveBox.nonce("WELCOME-", nonce), CurveBox.publicKeyOf(shortSecretKey), cookie);
        return Command.of("WELCOME", nonce, sealed);
    }

    private byte[] ready(byte[] initiate, Session current) throws ProtocolException {
        ByteBuffer data = Command.data(initiate, "INITIATE", COOKIE_BYTES + Long.BYTES + CurveBox.OVERHEAD);
        require(MessageDigest.isEqual(take(data, COOKIE_BYTES), current.cookie));
        CurveBox box = new CurveBox(current.clientKey, current.shortSecretKey);
        long number = data.getLong();
        ByteBuffer plain = box.open(CurveBox.nonce("CurveZMQINITIATE", number), data);
        require(plain.remaining() >= 128);
        require(MessageDigest.isEqual(take(plain, CurveBox.KEY_BYTES), publicKey));
        byte[] vouchNonce = CurveBox.nonce("VOUCH---", take(plain, 16));
        ByteBuffer vouch =
                new CurveBox(publicKey, current.shortSecretKey).open(vouchNonce, plain.slice(plain.position(), 80));
        require(MessageDigest.isEqual(take(vouch, CurveBox.KEY_BYTES), current.clientKey));
        require(MessageDigest.isEqual(take(vouch, CurveBox.KEY_BYTES), publicKey));
        received(number);
        setBox(box);
        complete = true;
        long own = nextNumber();
        return Command.of("READY", CurveBox.bytes(own), box.seal(CurveBox.nonce("CurveZMQREADY---", own), metadata));
    }

    private static void require(boolean condition) throws ProtocolException {
        if (!condition) {
            throw new ProtocolException("the client has not proved that it has the keys of this node");
        }
    }

    @Override
    public boolean isComplete() {
        return complete;
    }
}
