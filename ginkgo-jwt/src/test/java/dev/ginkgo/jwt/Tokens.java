package dev.ginkgo.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Keys, and tokens signed with them. */
final class Tokens {
    static final String ISSUER = "https://issuer.example";
    static final String AUDIENCE = "hub";
    static final String SECRET = "a secret of exactly 64 bytes, enough for HS512 and all shorter ..";

    final RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    final ECKey p256 = new ECKeyGenerator(Curve.P_256).keyID("p256").generate();
    final ECKey p384 = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
    final KeyPair ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

    Tokens() throws JOSEException, GeneralSecurityException {}

    OctetKeyPair ed25519Key() {
        byte[] encoded = ed25519.getPublic().getEncoded();
        return new OctetKeyPair.Builder(
                        Curve.Ed25519,
                        Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)))
                .keyID("ed")
                .build();
    }

    /** Returns the public keys as a JWK set. */
    String jwks() {
        return jwks(rsa, p256, p384, ed25519Key());
    }

    static String jwks(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    /** Returns claims that are accepted, with a grant. */
    static JWTClaimsSet.Builder claims(Instant now) {
        return new JWTClaimsSet.Builder()
                .subject("alice")
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .expirationTime(Date.from(now.plusSeconds(600)))
                .claim("ginkgo", Map.of("publish", List.of("/a"), "subscribe", List.of("/b/>")));
    }

    String sign(JWSAlgorithm algorithm, JWTClaimsSet claims) throws Exception {
        return sign(new JWSHeader.Builder(algorithm).keyID(keyId(algorithm)).build(), claims);
    }

    /** Signs with the key for the algorithm of the header. */
    String sign(JWSHeader header, JWTClaimsSet claims) throws Exception {
        JWSAlgorithm algorithm = header.getAlgorithm();
        if (algorithm.equals(JWSAlgorithm.EdDSA) || algorithm.equals(JWSAlgorithm.Ed25519)) {
            String input = header.toBase64URL() + "." + claims.toPayload().toBase64URL();
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(ed25519.getPrivate());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + Base64URL.encode(signature.sign());
        }
        JWSSigner signer = JWSAlgorithm.Family.HMAC_SHA.contains(algorithm)
                ? new MACSigner(SECRET)
                : JWSAlgorithm.Family.RSA.contains(algorithm)
                        ? new RSASSASigner(rsa)
                        : new ECDSASigner(algorithm.equals(JWSAlgorithm.ES384) ? p384 : p256);
        return sign(header, claims, signer);
    }

    static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String keyId(JWSAlgorithm algorithm) {
        if (JWSAlgorithm.Family.RSA.contains(algorithm)) {
            return "rsa";
        }
        return algorithm.equals(JWSAlgorithm.ES384)
                ? "p384"
                : JWSAlgorithm.Family.EC.contains(algorithm) ? "p256" : "ed";
    }

    /** Returns a token whose parts are the given JSON texts, with a signature that is not valid. */
    static String unsigned(String header, String payload, String signature) {
        return Base64URL.encode(header) + "." + Base64URL.encode(payload) + "." + signature;
    }
}
