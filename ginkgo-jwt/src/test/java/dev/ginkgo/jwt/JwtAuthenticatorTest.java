package dev.ginkgo.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.ginkgo.config.Secret;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.auth.jwt.JwtSettings;
import dev.ginkgo.testing.FakeClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JwtAuthenticatorTest {
    private static final Set<String> ALGORITHMS = Set.of(
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512");

    private final FakeClock clock = new FakeClock();
    private final Tokens tokens;
    private Optional<Secret> secret = Optional.of(Secret.of(Tokens.SECRET));

    private Path folder = Path.of("");

    JwtAuthenticatorTest() throws Exception {
        tokens = new Tokens();
    }

    private Path keys = Path.of("");
    private Authenticator authenticator = _ -> Optional.empty();

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        keys = folder.resolve("keys.json");
        write(tokens.jwks());
        authenticator = authenticator(keys, ALGORITHMS);
    }

    private void write(String content) throws Exception {
        Files.move(Files.writeString(folder.resolve("new"), content), keys, StandardCopyOption.REPLACE_EXISTING);
        authenticator.refresh(); // finds the change; the next call reads it
    }

    private Authenticator authenticator(Path file, Set<String> algorithms) throws Exception {
        Authenticator created = new NimbusJwtProvider()
                .create(
                        new JwtSettings(
                                Optional.of(file),
                                Optional.empty(),
                                () -> secret,
                                Optional.of(Tokens.ISSUER),
                                List.of("other", Tokens.AUDIENCE),
                                algorithms,
                                Duration.ofSeconds(30)),
                        clock);
        created.refresh();
        return created;
    }

    private Principal accepted(String token) throws Exception {
        return authenticator.authenticate(Credentials.ofToken(token)).orElseThrow();
    }

    /** Returns the claim because of which a token is rejected. */
    private String rejectedClaim(String token) {
        return rejectedClaim(authenticator, token);
    }

    private static String rejectedClaim(Authenticator by, String token) {
        AuthenticationException rejection =
                catchThrowableOfType(AuthenticationException.class, () -> by.authenticate(Credentials.ofToken(token)));
        assertThat(rejection).as("rejection of " + token).isNotNull();
        assertThat(rejection.getMessage()).doesNotContain(token.substring(0, Math.min(20, token.length())));
        return rejection.claim();
    }

    private JWTClaimsSet.Builder claims() {
        return Tokens.claims(clock.now());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519", "HS256",
                "HS384", "HS512"
            })
    @DisplayName("H-119 a token with a listed algorithm is accepted, with its subject, expiry and grant")
    void listedAlgorithm_isAccepted(String algorithm) throws Exception {
        Principal principal = accepted(tokens.sign(JWSAlgorithm.parse(algorithm), claims().build()));
        assertThat(principal.name()).isEqualTo("alice");
        assertThat(principal.expires().orElseThrow())
                .isBetween(clock.now().plusSeconds(628), clock.now().plusSeconds(631));
        assertThat(principal.grant()).isEqualTo(Grant.of(List.of("/a"), List.of("/b/>"), false));
        assertThat(authenticator.isValid(principal)).isTrue();

        // And not if it is not listed, or signed over another payload
        Authenticator strict = authenticator(keys, Set.of(algorithm.equals("RS512") ? "RS256" : "RS512"));
        assertThat(rejectedClaim(strict, tokens.sign(JWSAlgorithm.parse(algorithm), claims().build())))
                .isEqualTo("alg");
        String[] parts =
                tokens.sign(JWSAlgorithm.parse(algorithm), claims().build()).split("\\.", -1);
        String other =
                claims().subject("root").build().toPayload().toBase64URL().toString();
        assertThat(rejectedClaim(parts[0] + "." + other + "." + parts[2])).isEqualTo("signature");
        assertThat(rejectedClaim(parts[0] + "." + parts[1] + ".")).isEqualTo("token");
        assertThat(rejectedClaim(parts[0] + "." + parts[1] + ".AAAA")).isEqualTo("signature");
    }

    @Test
    @DisplayName("H-120 tokens with alg none, in any spelling, or with an unknown or encrypting algorithm are rejected")
    void algNone_isRejected() {
        String payload = claims().build().toString();
        for (String algorithm : List.of("none", "None", "NONE", "nOnE", "", "RS1", "dir", "RSA-OAEP", "ES256K")) {
            String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\",\"kid\":\"rsa\"}";
            assertThat(rejectedClaim(Tokens.unsigned(header, payload, "")))
                    .as(algorithm)
                    .isIn("alg", "token");
            assertThat(rejectedClaim(Tokens.unsigned(header, payload, "AAAA")))
                    .as(algorithm)
                    .isIn("alg", "token");
        }
        for (String header : List.of("{}", "[]", "null", "{\"alg\":null}", "{\"alg\":1}", "not JSON", "")) {
            assertThat(rejectedClaim(Tokens.unsigned(header, payload, "AAAA")))
                    .as(header)
                    .isIn("alg", "token");
        }
    }

    @Test
    @DisplayName("H-120 a public key does not verify HMAC, and the secret verifies nothing else")
    void confusedAlgorithms_areRejected() throws Exception {
        // Given tokens signed by HMAC with the public key, in each form an attacker may know it
        PublicKey publicKey = tokens.rsa.toPublicKey();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        List<byte[]> secrets = List.of(
                publicKey.getEncoded(),
                pem.getBytes(StandardCharsets.US_ASCII),
                pem.strip().getBytes(StandardCharsets.US_ASCII),
                tokens.rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                tokens.rsa.getModulus().decode());
        for (byte[] each : secrets) {
            for (String keyId : List.of("rsa", "p256")) {
                JWSHeader header =
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(keyId).build();
                String forged = Tokens.sign(header, claims().build(), new MACSigner(each));
                // Then with a secret it is not the right one, and without one there is no key
                assertThat(rejectedClaim(forged)).isEqualTo("signature");
                secret = Optional.empty();
                assertThat(rejectedClaim(authenticator(keys, ALGORITHMS), forged))
                        .isEqualTo("kid");
                secret = Optional.of(Secret.of(Tokens.SECRET));
            }
        }

        // And a symmetric key in the file is not used
        OctetSequenceKey symmetric = new OctetSequenceKey.Builder("x".repeat(32).getBytes(StandardCharsets.US_ASCII))
                .keyID("oct")
                .build();
        Path file = Files.writeString(
                folder.resolve("with-secret.json"),
                new com.nimbusds.jose.jwk.JWKSet(List.of(symmetric, tokens.rsa.toPublicJWK())).toString(false));
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("oct").build();
        String token = Tokens.sign(header, claims().build(), new MACSigner(symmetric));
        assertThat(rejectedClaim(authenticator(file, ALGORITHMS), token)).isEqualTo("signature");
    }

    @Test
    @DisplayName("H-120 keys that a token itself brings, and an unknown kid, crit or typ, are not accepted")
    void headersOfTheToken_areNotTrusted() throws Exception {
        RSAKey own = new RSAKeyGenerator(2048).keyID("own").generate();
        for (JWSHeader.Builder header : List.of(
                new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(own.toPublicJWK()),
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").jwk(own.toPublicJWK()),
                new JWSHeader.Builder(JWSAlgorithm.RS256).jwkURL(java.net.URI.create("http://localhost:1/keys")))) {
            String token = Tokens.sign(header.build(), claims().build(), new RSASSASigner(own));
            assertThat(rejectedClaim(token)).isEqualTo("signature");
        }
        String unknown = Tokens.sign(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("own").build(),
                claims().build(),
                new RSASSASigner(own));
        assertThat(rejectedClaim(unknown)).isEqualTo("kid");
        assertThat(accepted(tokens.sign(new JWSHeader(JWSAlgorithm.RS256), claims().build()))
                        .name())
                .isEqualTo("alice"); // without kid all keys are tried
        assertThat(rejectedClaim(tokens.sign(
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .criticalParams(Set.of("exp"))
                                .customParam("exp", 1)
                                .build(),
                        claims().build())))
                .isEqualTo("crit");
        for (String typ : List.of("dpop+jwt", "logout+jwt", "secevent+jwt")) {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .type(new JOSEObjectType(typ))
                    .build();
            assertThat(rejectedClaim(tokens.sign(header, claims().build()))).isEqualTo("typ");
        }
        JWSHeader access = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("at+jwt"))
                .build();
        assertThat(accepted(tokens.sign(access, claims().build())).name()).isEqualTo("alice");
    }

    @Test
    @DisplayName(
            "H-120 the claims exp, nbf, iss and aud are checked, the times with leeway; a token without exp is rejected")
    void claims_areChecked() throws Exception {
        Map<String, JWTClaimsSet> wrong = Map.of(
                "exp", claims().expirationTime(date(-31)).build(),
                "nbf", claims().notBeforeTime(date(32)).build(),
                "iss", claims().issuer("https://evil.example").build(),
                "aud", claims().audience("another").build());
        for (Map.Entry<String, JWTClaimsSet> each : wrong.entrySet()) {
            assertThat(rejectedClaim(tokens.sign(JWSAlgorithm.ES256, each.getValue())))
                    .isEqualTo(each.getKey());
        }
        Map<String, JWTClaimsSet> missing = Map.of(
                "exp", claims().expirationTime(null).build(),
                "iss", claims().issuer(null).build(),
                "aud", claims().audience(List.of()).build());
        for (Map.Entry<String, JWTClaimsSet> each : missing.entrySet()) {
            assertThat(rejectedClaim(tokens.sign(JWSAlgorithm.ES256, each.getValue())))
                    .isEqualTo(each.getKey());
        }
        JWTClaimsSet tolerated =
                claims().expirationTime(date(-28)).notBeforeTime(date(28)).build();
        assertThat(accepted(tokens.sign(JWSAlgorithm.ES256, tolerated)).name()).isEqualTo("alice");
        JWTClaimsSet overflow =
                claims().expirationTime(null).claim("exp", Long.MAX_VALUE).build();
        assertThat(rejectedClaim(tokens.sign(JWSAlgorithm.ES256, overflow))).isEqualTo("exp");

        // And a grant that cannot be read rejects the token, too
        for (Object grant : List.of(
                "all",
                Map.of("publish", "/a"),
                Map.of("publish", List.of(1)),
                Map.of("subscribe", List.of("/a>")),
                Map.of("subscribe", List.of("/a,/b")),
                Map.of("admin", "yes"))) {
            JWTClaimsSet claims = claims().claim("ginkgo", grant).build();
            assertThat(rejectedClaim(tokens.sign(JWSAlgorithm.ES256, claims))).isEqualTo("ginkgo");
        }
    }

    @Test
    @DisplayName(
            "H-120 what is not a token, or a very deep or long one, is rejected without an exception of another kind")
    void malformedTokens_areRejected() throws Exception {
        for (String other : List.of("", "abc", "a.b", "a.b.c.d", "a.b.c.d.e")) {
            assertThat(authenticator.authenticate(Credentials.ofToken(other)))
                    .as(other)
                    .isEmpty();
        }
        for (String token : List.of(
                "..",
                "a.b.c",
                "...".substring(1) + "x",
                Tokens.unsigned(
                        "{\"alg\":\"RS256\",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}", "{}", "AAAA"),
                Tokens.unsigned("{\"alg\":\"RS256\"}", "[".repeat(5_000), "AAAA"),
                Tokens.unsigned("{\"alg\":\"RS256\",\"crit\":[]}", "{}", "AAAA"),
                Tokens.unsigned("{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(5_000) + "\"}", "{}", "AAAA"))) {
            assertThat(rejectedClaim(token)).isIn("token", "alg", "kid", "crit", "signature");
        }
    }

    @Test
    @DisplayName(
            "H-121 keys in a file, a JWK set or PEM, are read when it changes; a token of a key that was removed is no"
                    + " longer valid")
    void changedKeys_applyAtOnce() throws Exception {
        // Given
        Principal old = accepted(tokens.sign(JWSAlgorithm.ES256, claims().build()));
        try {
            // When the file is replaced by PEM with other keys
            write(pem(tokens.rsa.toPublicKey()) + "text between\n" + pem(tokens.ed25519.getPublic())
                    + pem(tokens.p384.toPublicKey()));
            authenticator.refresh();

            // Then
            assertThat(authenticator.isValid(old)).isFalse();
            assertThat(rejectedClaim(tokens.sign(JWSAlgorithm.ES256, claims().build())))
                    .isEqualTo("signature");
            for (JWSAlgorithm each : List.of(JWSAlgorithm.RS256, JWSAlgorithm.ES384, JWSAlgorithm.EdDSA)) {
                accepted(tokens.sign(each, claims().build()));
            }

            // When it is replaced by what is not keys, then the previous ones are used
            for (String mistake :
                    List.of("", "{}", "{\"keys\":[]}", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")) {
                write(mistake);
                assertThatThrownBy(authenticator::refresh).as(mistake).hasMessageContaining("keys.json");
                accepted(tokens.sign(JWSAlgorithm.RS256, claims().build()));
            }
            write(Tokens.jwks(new RSAKeyGenerator(1024, true).generate()));
            assertThatThrownBy(authenticator::refresh).hasMessageContaining("1024 bits; at least 2048");
        } finally {
            write(tokens.jwks());
            authenticator.refresh();
        }
        assertThat(authenticator.isValid(old)).isTrue();
    }

    @Test
    @DisplayName("H-121 the secret is read again at a reload, and one of less than 32 bytes is an error")
    void shortSecret_isAnError() throws Exception {
        Authenticator other = authenticator(keys, ALGORITHMS);
        Principal old = other.authenticate(Credentials.ofToken(tokens.sign(JWSAlgorithm.HS256, claims().build())))
                .orElseThrow();
        secret = Optional.of(Secret.of("x".repeat(31)));
        assertThatThrownBy(other::refresh).hasMessageContaining("31 bytes; at least 32");
        secret = Optional.of(Secret.of("y".repeat(32)));
        other.refresh();
        assertThat(other.isValid(old)).isFalse();
        assertThat(rejectedClaim(other, tokens.sign(JWSAlgorithm.HS256, claims().build())))
                .isEqualTo("signature");
        assertThat(rejectedClaim(other, tokens.sign(JWSAlgorithm.HS512, claims().build())))
                .isEqualTo("alg");
        secret = Optional.of(Secret.of(Tokens.SECRET));
    }

    @Test
    @DisplayName(
            "H-122 the claim mercure grants its topics: all, names, and URI templates whose variables are segments; what is"
                    + " not a channel grants nothing")
    void mercureClaim_isRead() throws Exception {
        JWTClaimsSet all = claims().claim("ginkgo", null)
                .claim("mercure", Map.of("publish", List.of("*"), "payload", Map.of("user", "alice")))
                .build();
        assertThat(accepted(tokens.sign(JWSAlgorithm.ES256, all)).grant())
                .isEqualTo(Grant.of(List.of("/>"), List.of(), false));

        JWTClaimsSet some = claims().claim(
                        "mercure",
                        Map.of(
                                "subscribe",
                                List.of(
                                        "/books/{id}",
                                        "/users/alice",
                                        "https://example.com/books/{id}",
                                        "/books/{id}.jsonld",
                                        "/files/{+path}",
                                        "/files{?query}",
                                        "/room/*",
                                        "/room/>",
                                        "/a//b",
                                        "/x,/y")))
                .build();
        assertThat(accepted(tokens.sign(JWSAlgorithm.ES256, some)).grant())
                .isEqualTo(Grant.of(List.of("/a"), List.of("/b/>", "/books/*", "/users/alice"), false));
        JWTClaimsSet wrong = claims().claim("mercure", "all").build();
        assertThat(rejectedClaim(tokens.sign(JWSAlgorithm.ES256, wrong))).isEqualTo("mercure");
    }

    private Date date(long secondsFromNow) {
        return Date.from(clock.now().plusSeconds(secondsFromNow));
    }

    private static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }
}
