package dev.ginkgo.jwt;

import com.nimbusds.jose.Header;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObject;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeyLengthException;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.auth.jwt.JwtSettings;
import dev.ginkgo.time.TimeSource;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies signed tokens, as RFC 8725 recommends: the algorithm must be on a list, a key verifies only algorithms of its own
 * kind, keys in the token are ignored, an unknown {@code crit} is rejected, and {@code exp} is required. The checks are made
 * here one after another, and not by the library's processor, so that the response names the one that has failed.
 */
final class JwtAuthenticator implements Authenticator {
    /** Number of keys that are tried for a token without {@code kid}. */
    private static final int MAX_KEYS = 16;

    private static final Set<JOSEObjectType> TYPES =
            Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"));

    private final JwtSettings settings;
    private final List<Keys> keys;
    private final TimeSource timeSource;
    private final VerificationLimit limit;
    private final Set<JWSAlgorithm> algorithms = new HashSet<>();
    private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

    JwtAuthenticator(JwtSettings settings, List<Keys> keys, TimeSource timeSource, VerificationLimit limit) {
        this.settings = settings;
        this.keys = List.copyOf(keys);
        this.timeSource = timeSource;
        this.limit = limit;
        settings.algorithms().forEach(name -> algorithms.add(JWSAlgorithm.parse(name)));
        if (algorithms.contains(JWSAlgorithm.EdDSA)) {
            algorithms.add(JWSAlgorithm.Ed25519); // its name since RFC 9864
        }
    }

    @Override
    public void refresh() throws Exception {
        Exception failure = null;
        for (Keys each : keys) { // all, so that a mistake in one source does not keep the removed keys of another
            try {
                each.refresh();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public boolean isValid(Principal principal) {
        return keys.stream().anyMatch(each -> each.contains(principal.credentialId()));
    }

    @Override
    public Optional<Principal> authenticate(Credentials credentials)
            throws AuthenticationException, InterruptedException {
        String token = credentials.token().orElse("");
        if (token.chars().filter(c -> c == '.').count() != 2) {
            return Optional.empty();
        }
        SignedJWT jwt = parse(token);
        JWK key = verify(jwt);
        JWTClaimsSet claims = claims(jwt);
        Instant expires = checkTimes(claims);
        checkIssuerAndAudience(claims);
        String subject = claims.getSubject();
        return Optional.of(new Principal(
                subject == null || subject.isEmpty() ? "jwt" : subject,
                ClaimsGrant.of(claims),
                Optional.of(expires),
                thumbprint(key)));
    }

    private SignedJWT parse(String token) throws AuthenticationException {
        try {
            Base64URL[] parts = JOSEObject.split(token);
            if (!(Header.parse(parts[0]) instanceof JWSHeader header) || !algorithms.contains(header.getAlgorithm())) {
                throw new AuthenticationException(
                        "alg",
                        "the algorithm of the token is not accepted; accepted are "
                                + String.join(
                                        ", ",
                                        settings.algorithms().stream().sorted().toList()));
            }
            if (header.getCriticalParams() != null
                    && !header.getCriticalParams().isEmpty()) {
                throw new AuthenticationException(
                        "crit", "the token has critical header parameters, which are unknown here");
            }
            if (header.getType() != null && !TYPES.contains(header.getType())) {
                throw new AuthenticationException("typ", "the token is of another type; accepted are JWT and at+jwt");
            }
            return new SignedJWT(parts[0], parts[1], parts[2]);
        } catch (ParseException | RuntimeException e) { // the header "null" is a NullPointerException of the library
            throw new AuthenticationException("token", "the token is not a signed JSON Web Token");
        }
    }

    /** Returns the key that has signed the token. */
    private JWK verify(SignedJWT jwt) throws AuthenticationException, InterruptedException {
        JWSHeader header = jwt.getHeader();
        int tried = 0;
        AuthenticationException unavailable = null;
        for (Keys source : keys) {
            List<JWK> candidates = List.of();
            try {
                candidates = source.find(header); // not limited: it may wait for a server
            } catch (AuthenticationException e) {
                if (!e.isTemporary()) {
                    throw e;
                }
                unavailable = e; // another source may have the key
            }
            List<JWK> some = candidates.subList(0, Math.min(candidates.size(), MAX_KEYS - tried));
            if (!some.isEmpty()) {
                Optional<JWK> signer = limit.run(() -> signer(some, jwt));
                if (signer.isPresent()) {
                    return signer.get();
                }
                tried += some.size();
            }
        }
        if (unavailable != null) {
            throw unavailable;
        }
        if (tried > 0) {
            throw new AuthenticationException("signature", "the signature of the token is not valid");
        }
        throw new AuthenticationException(
                "kid",
                header.getKeyID() == null
                        ? "this hub has no key for the algorithm of the token"
                        : "this hub has no key with the kid and for the algorithm of the token");
    }

    private Optional<JWK> signer(List<JWK> candidates, SignedJWT jwt) throws AuthenticationException {
        for (JWK key : candidates) {
            if (isSignedBy(key, jwt)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private boolean isSignedBy(JWK key, SignedJWT jwt) throws AuthenticationException {
        JWSHeader header = jwt.getHeader();
        try {
            return switch (key) {
                case OctetKeyPair ed ->
                    Ed25519Verification.verify(
                            ed, jwt.getSigningInput(), jwt.getSignature().decode());
                case RSAKey rsa -> jwt.verify(verifiers.createJWSVerifier(header, rsa.toRSAPublicKey()));
                case ECKey ec -> jwt.verify(verifiers.createJWSVerifier(header, ec.toECPublicKey()));
                case OctetSequenceKey secret -> jwt.verify(verifiers.createJWSVerifier(header, secret.toSecretKey()));
                default -> false;
            };
        } catch (KeyLengthException e) {
            throw new AuthenticationException(
                    "alg", "the secret of this hub is too short for the algorithm of the token");
        } catch (JOSEException | GeneralSecurityException e) {
            return false; // the key does not fit the algorithm, or the signature is malformed
        }
    }

    private static JWTClaimsSet claims(SignedJWT jwt) throws AuthenticationException {
        try {
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            if (claims != null) {
                return claims;
            }
        } catch (ParseException | RuntimeException _) {
            // reported below
        }
        throw new AuthenticationException("token", "the payload of the token is not a set of claims");
    }

    /** Returns when the token is no longer accepted. */
    private Instant checkTimes(JWTClaimsSet claims) throws AuthenticationException {
        Instant now = timeSource.now();
        Date expiry = claims.getExpirationTime();
        if (expiry == null) {
            throw new AuthenticationException("exp", "the token has no exp");
        }
        Instant expires = expiry.toInstant().plus(settings.leeway());
        if (!now.isBefore(expires)) {
            throw new AuthenticationException("exp", "the token has expired");
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && now.isBefore(notBefore.toInstant().minus(settings.leeway()))) {
            throw new AuthenticationException("nbf", "the token is not valid yet");
        }
        return expires;
    }

    private void checkIssuerAndAudience(JWTClaimsSet claims) throws AuthenticationException {
        if (settings.issuer().isPresent() && !settings.issuer().get().equals(claims.getIssuer())) {
            throw new AuthenticationException("iss", "the token is of another issuer");
        }
        List<String> audience = claims.getAudience();
        boolean accepted = settings.audience().isEmpty()
                ? audience.isEmpty()
                : audience.stream().anyMatch(settings.audience()::contains);
        if (!accepted) {
            throw new AuthenticationException("aud", "the token is for another audience than this hub");
        }
    }

    private static String thumbprint(JWK key) {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
