package dev.ginkgo.mesh.discovery;

import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.config.Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encoder and decoder of {@link MulticastDiscovery} packets: {@code "gkb" version:8}, an address in ASCII, and, if
 * there is a secret, 32 bytes of HMAC-SHA256 over everything before. A replayed packet is harmless, so it carries no
 * timestamp. Thread-safe.
 */
public final class DiscoveryCodec {
    /** Maximum packet length in bytes. A host name has at most 253 characters. */
    static final int MAX_LENGTH = 512;

    private static final byte[] HEADER = {'g', 'k', 'b', 1};
    private static final String PURPOSE = "ginkgo beacon, version 2";
    private static final int MAC_LENGTH = 32;

    private final byte[] key;

    private DiscoveryCodec(byte[] key) {
        this.key = key;
    }

    /**
     * Returns a codec that authenticates packets with a key derived from the secret, or not at all if there is no
     * secret.
     */
    public static DiscoveryCodec of(Optional<KeyDerivation> keys) throws GeneralSecurityException {
        return new DiscoveryCodec(keys.isPresent() ? keys.get().deriveKey(PURPOSE) : new byte[0]);
    }

    byte[] encode(Address address) {
        byte[] text = address.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] body = ByteBuffer.allocate(HEADER.length + text.length)
                .put(HEADER)
                .put(text)
                .array();
        byte[] mac = mac(body);
        return ByteBuffer.allocate(body.length + mac.length).put(body).put(mac).array();
    }

    /** Returns the address; empty if the packet is malformed or its authentication code does not match. */
    Optional<Address> decode(byte[] packet, int length) {
        int end = length - (key.length == 0 ? 0 : MAC_LENGTH);
        if (length > MAX_LENGTH
                || end < HEADER.length
                || !Arrays.equals(packet, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            return Optional.empty();
        }
        byte[] mac = Arrays.copyOfRange(packet, end, length);
        if (!MessageDigest.isEqual(mac, mac(Arrays.copyOf(packet, end)))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Address.of(
                            new String(packet, HEADER.length, end - HEADER.length, StandardCharsets.US_ASCII)))
                    .filter(address -> address.port() > 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private byte[] mac(byte[] body) {
        if (key.length == 0) {
            return new byte[0];
        }
        try {
            Mac algorithm = Mac.getInstance("HmacSHA256");
            algorithm.init(new SecretKeySpec(key, "HmacSHA256"));
            return algorithm.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform must support HMAC-SHA256", e);
        }
    }
}
