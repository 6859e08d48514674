package dev.ginkgo.nats.client;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;

/**
 * Ed25519 key pair from the seed of a NATS user: base 32 of a prefix of two bytes, the 32 bytes of the private key, and
 * CRC-16 of both (github.com/nats-io/nkeys).
 */
final class NkeySeed {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int RAW_KEY = 32;
    private static final int SEED_LENGTH = 2 + RAW_KEY + 2;
    private static final int USER_PREFIX = 20 << 3;
    private static final int SEED_PREFIX = 18 << 3;

    private final KeyPair pair;

    private NkeySeed(KeyPair pair) {
        this.pair = pair;
    }

    /**
     * Parses the seed of a user.
     *
     * @throws IllegalArgumentException if it is malformed; the message does not contain it
     */
    static NkeySeed parse(String text) throws GeneralSecurityException {
        byte[] bytes = decodeBase32(text);
        if (bytes.length != SEED_LENGTH) {
            throw new IllegalArgumentException("it has " + bytes.length + " bytes, not " + SEED_LENGTH);
        }
        int expected = (bytes[SEED_LENGTH - 2] & 0xff) | (bytes[SEED_LENGTH - 1] & 0xff) << 8;
        if (crc16(bytes, SEED_LENGTH - 2) != expected) {
            throw new IllegalArgumentException("its checksum is wrong");
        }
        int prefix = bytes[0] & 0xf8;
        int kind = (bytes[0] & 0x07) << 5 | (bytes[1] & 0xf8) >> 3;
        if (prefix != SEED_PREFIX || kind != USER_PREFIX) {
            throw new IllegalArgumentException("it is not the seed of a user");
        }
        return new NkeySeed(keyPair(Arrays.copyOfRange(bytes, 2, 2 + RAW_KEY)));
    }

    /**
     * Returns the key pair of a private key. The JDK cannot compute the public key of a given private key, but its
     * generator takes the private key from the given source of randomness.
     */
    private static KeyPair keyPair(byte[] privateKey) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new FixedRandom(privateKey));
        return generator.generateKeyPair();
    }

    PrivateKey privateKey() {
        return pair.getPrivate();
    }

    /** Returns the public key as NATS writes it: 56 characters that start with U. */
    String publicKey() {
        return encode(USER_PREFIX, (EdECPublicKey) pair.getPublic());
    }

    /** Encodes a public key with the prefix of its kind. */
    static String encode(int prefix, EdECPublicKey key) {
        byte[] bytes = new byte[1 + RAW_KEY + 2];
        bytes[0] = (byte) prefix;
        byte[] y = key.getPoint().getY().toByteArray(); // big-endian
        for (int i = 0; i < Math.min(y.length, RAW_KEY); i++) {
            bytes[1 + i] = y[y.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            bytes[RAW_KEY] |= (byte) 0x80;
        }
        return encodeWithChecksum(bytes);
    }

    /** Encodes bytes, of which the last two become the checksum of the others. */
    static String encodeWithChecksum(byte[] bytes) {
        int crc = crc16(bytes, bytes.length - 2);
        bytes[bytes.length - 2] = (byte) crc;
        bytes[bytes.length - 1] = (byte) (crc >> 8);
        return encodeBase32(bytes);
    }

    /** CRC-16/XMODEM. */
    private static int crc16(byte[] bytes, int length) {
        int crc = 0;
        for (int i = 0; i < length; i++) {
            crc ^= (bytes[i] & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
        }
        return crc & 0xffff;
    }

    private static byte[] decodeBase32(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            int value = ALPHABET.indexOf(text.charAt(i));
            if (value < 0) {
                throw new IllegalArgumentException("it is not base 32");
            }
            buffer = ((buffer << 5) | value) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes.write((buffer >> bits) & 0xff);
            }
        }
        return bytes.toByteArray();
    }

    private static String encodeBase32(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int buffer = 0;
        int bits = 0;
        for (byte each : bytes) {
            buffer = ((buffer << 8) | (each & 0xff)) & 0x1fff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(ALPHABET.charAt((buffer >> bits) & 0x1f));
            }
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt((buffer << (5 - bits)) & 0x1f));
        }
        return text.toString();
    }

    /** Source of randomness that returns the given bytes. */
    private static final class FixedRandom extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte[] fixed;

        FixedRandom(byte[] fixed) {
            this.fixed = fixed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(fixed, 0, bytes, 0, bytes.length);
        }
    }
}
