package dev.ginkgo.jwt;

import com.nimbusds.jose.jwk.OctetKeyPair;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Verifies Ed25519 with the JDK (JEP 339). The verifier of the library needs Google Tink, 2 MB for this one algorithm. */
final class Ed25519Verification {
    static final int KEY_BYTES = 32;

    /** What precedes the key in its DER encoding (RFC 8410, section 10.1). */
    private static final byte[] DER_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519Verification() {}

    static boolean verify(OctetKeyPair key, byte[] signed, byte[] signature) throws GeneralSecurityException {
        byte[] raw = key.getDecodedX();
        if (raw.length != KEY_BYTES) {
            return false;
        }
        byte[] der = new byte[DER_PREFIX.length + KEY_BYTES];
        System.arraycopy(DER_PREFIX, 0, der, 0, DER_PREFIX.length);
        System.arraycopy(raw, 0, der, DER_PREFIX.length, KEY_BYTES);
        PublicKey publicKey = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(publicKey);
        verifier.update(signed);
        try {
            return verifier.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        }
    }
}
