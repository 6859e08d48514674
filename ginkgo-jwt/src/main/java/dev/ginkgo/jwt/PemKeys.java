package dev.ginkgo.jwt;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM (RFC 7468): {@code PUBLIC KEY} and {@code CERTIFICATE}; other blocks are ignored. */
final class PemKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private PemKeys() {}

    static List<JWK> parse(String pem) throws GeneralSecurityException {
        List<JWK> keys = new ArrayList<>();
        Matcher block = BLOCK.matcher(pem);
        while (block.find()) {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            keys.add(toJwk(block.group(1).equals("CERTIFICATE") ? certified(der) : decode(der)));
        }
        return keys;
    }

    private static PublicKey certified(byte[] der) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der))
                .getPublicKey();
    }

    private static PublicKey decode(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
            } catch (InvalidKeySpecException _) {
                // a key of another algorithm
            }
        }
        throw new InvalidKeySpecException("a public key is not of the types " + String.join(", ", ALGORITHMS));
    }

    private static JWK toJwk(PublicKey key) throws GeneralSecurityException {
        return switch (key) {
            case RSAPublicKey rsa -> new RSAKey.Builder(rsa).build();
            case ECPublicKey ec -> new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
            case EdECPublicKey ed
            when ed.getParams().getName().equals("Ed25519") ->
                new OctetKeyPair.Builder(Curve.Ed25519, rawKey(ed)).build();
            default -> throw new InvalidKeySpecException("keys of type " + key.getAlgorithm() + " are not supported");
        };
    }

    /** Returns the last 32 bytes of the encoded key, which are the key itself (RFC 8410). */
    private static Base64URL rawKey(EdECPublicKey key) {
        byte[] encoded = key.getEncoded();
        return Base64URL.encode(
                Arrays.copyOfRange(encoded, encoded.length - Ed25519Verification.KEY_BYTES, encoded.length));
    }
}
