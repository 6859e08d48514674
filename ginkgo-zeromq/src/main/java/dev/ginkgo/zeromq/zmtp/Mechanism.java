package dev.ginkgo.zeromq.zmtp;

import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/** Security mechanism of one connection: its handshake, and the encryption of its frames. Used by one thread. */
public sealed interface Mechanism permits NullMechanism, CurveMechanism {

    /** Returns the mechanism without encryption. */
    static Mechanism unencrypted(String socketType) {
        return new NullMechanism(socketType);
    }

    /**
     * Returns the mechanism CURVE for the side that connects, if both sides have the same key pair.
     *
     * @param publicKey the public key, which is as secret as the other one: only a peer that has it can connect
     */
    static Mechanism curveClient(String socketType, byte[] publicKey, byte[] secretKey) {
        return new CurveClient(socketType, publicKey, secretKey);
    }

    /** Returns the mechanism CURVE for the side that accepts, if both sides have the same key pair. */
    static Mechanism curveServer(String socketType, byte[] publicKey, byte[] secretKey) {
        return new CurveServer(socketType, publicKey, secretKey);
    }

    /** Returns the name of the mechanism in the greeting; both sides must have the same. */
    String name();

    /** Returns whether this side is the server of the mechanism, which the greeting says; that of CURVE accepts. */
    default boolean isServer() {
        return false;
    }

    /** Returns the command that this side sends first; null if the peer sends the first one. */
    byte @Nullable [] firstCommand();

    /**
     * Processes a command of the handshake.
     *
     * @return the command to send in response; null for none
     * @throws ProtocolException if the command is invalid, or the peer does not have the keys
     */
    byte @Nullable [] handshake(byte[] command) throws ProtocolException;

    /** Returns whether the handshake is complete. */
    boolean isComplete();

    /** Encrypts a frame. */
    ZmtpFrame encode(ZmtpFrame frame);

    /**
     * Decrypts a frame.
     *
     * @throws ProtocolException if the peer has not encrypted it, or it is a repeated one
     */
    ZmtpFrame decode(ZmtpFrame frame) throws ProtocolException;
}
