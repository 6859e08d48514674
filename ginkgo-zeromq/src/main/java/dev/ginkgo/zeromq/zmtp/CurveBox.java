package dev.ginkgo.zeromq.zmtp;

import com.neilalexander.jnacl.crypto.curve25519;
import com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** The box of NaCl: authenticated encryption between the holders of two key pairs. */
final class CurveBox {
    static final int KEY_BYTES = 32;

    /** How much longer a box is than what it contains. */
    static final int OVERHEAD = 16;

    private static final int NONCE_BYTES = 24;

    /** NaCl's functions expect that many zero bytes before what they encrypt. */
    private static final int PLAIN_PADDING = 32;

    /** NaCl's functions expect that many zero bytes before what they decrypt. */
    private static final int BOX_PADDING = 16;

    private final byte[] sharedKey = new byte[KEY_BYTES];

    /** Creates the box between the holder of a secret key and that of the other public key. */
    CurveBox(byte[] publicKey, byte[] secretKey) {
        curve25519xsalsa20poly1305.crypto_box_beforenm(sharedKey, publicKey, secretKey);
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    static byte[] publicKeyOf(byte[] secretKey) {
        byte[] publicKey = new byte[KEY_BYTES];
        curve25519.crypto_scalarmult_base(publicKey, secretKey);
        return publicKey;
    }

    /** Returns a nonce: a prefix, which is unique for each use of a key, and further bytes. */
    static byte[] nonce(String prefix, byte[] rest) {
        return ByteBuffer.allocate(NONCE_BYTES)
                .put(prefix.getBytes(StandardCharsets.US_ASCII))
                .put(rest)
                .array();
    }

    /** Returns a nonce that ends with a number. */
    static byte[] nonce(String prefix, long number) {
        return nonce(prefix, bytes(number));
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Encrypts bytes, given as parts. */
    byte[] seal(byte[] nonce, byte[]... parts) {
        int length = PLAIN_PADDING;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer plain = ByteBuffer.allocate(length).position(PLAIN_PADDING);
        for (byte[] part : parts) {
            plain.put(part);
        }
        byte[] box = new byte[length];
        curve25519xsalsa20poly1305.crypto_box_afternm(box, plain.array(), length, nonce, sharedKey);
        return Arrays.copyOfRange(box, BOX_PADDING, length);
    }

    /**
     * Decrypts the remaining bytes of a buffer.
     *
     * @throws ProtocolException if they were not encrypted by the other side with the nonce
     */
    ByteBuffer open(byte[] nonce, ByteBuffer encrypted) throws ProtocolException {
        int length = BOX_PADDING + encrypted.remaining();
        byte[] box = new byte[length];
        encrypted.get(box, BOX_PADDING, encrypted.remaining());
        byte[] plain = new byte[length];
        if (length < PLAIN_PADDING
                || curve25519xsalsa20poly1305.crypto_box_open_afternm(plain, box, length, nonce, sharedKey) != 0) {
            throw new ProtocolException("the peer does not have the keys of this node");
        }
        return ByteBuffer.wrap(plain, PLAIN_PADDING, length - PLAIN_PADDING).slice();
    }
}
