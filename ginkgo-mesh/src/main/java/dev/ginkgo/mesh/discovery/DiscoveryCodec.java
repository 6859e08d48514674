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
 * What a {@link MulticastDiscovery} says: {@code "gkb" version:8}, an address in ASCII up to the seal, and, where there is a
 * secret, a seal: 32 bytes of HMAC-SHA256 over all before it. Said again by somebody else it does no harm, so there is
 * no time in it. Any thread.
 */
public final class DiscoveryCodec {
    /** Bytes; an address has 253 and a port. */
    static final int MAX_LENGTH = 512;

    private static final byte[] HEADER = {'g', 'k', 'b', 1};
    private static final String PURPOSE = "ginkgo beacon, version 2";
    private static final int MAC_LENGTH = 32;

    private final byte[] key;

    private DiscoveryCodec(byte[] key) {
        this.key = key;
    }

    /** Sealed with a key of the secret, or not at all if there is none. */
    public static DiscoveryCodec of(Optional<KeyDerivation> keys) throws GeneralSecurityException {
        return new DiscoveryCodec(keys.isPresent() ? keys.get().deriveKey(PURPOSE) : new byte[0]);
    }

    byte[] encode(Address place) {
        byte[] text = place.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] said = ByteBuffer.allocate(HEADER.length + text.length)
                .put(HEADER)
                .put(text)
                .array();
        byte[] seal = mac(said);
        return ByteBuffer.allocate(said.length + seal.length)
                .put(said)
                .put(seal)
                .array();
    }

    /** The address; empty if these bytes are of a stranger. */
    Optional<Address> decode(byte[] packet, int length) {
        int end = length - (key.length == 0 ? 0 : MAC_LENGTH);
        if (length > MAX_LENGTH
                || end < HEADER.length
                || !Arrays.equals(packet, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            return Optional.empty();
        }
        byte[] seal = Arrays.copyOfRange(packet, end, length);
        if (!MessageDigest.isEqual(seal, mac(Arrays.copyOf(packet, end)))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Address.of(
                            new String(packet, HEADER.length, end - HEADER.length, StandardCharsets.US_ASCII)))
                    .filter(place -> place.port() > 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private byte[] mac(byte[] said) {
        if (key.length == 0) {
            return new byte[0];
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(said);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }
}
