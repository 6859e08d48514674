package dev.ginkgo.hub.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Credentials of one request: a token or a client certificate. A token takes precedence, so at most one of the two is
 * present.
 *
 * @param token the bearer token (RFC 6750), from the header or the cookie; at most {@value #MAX_TOKEN_LENGTH} characters
 * @param certificates the certificate chain of the client, which TLS has verified, the client's own first; empty if there is
 *     none
 */
public record Credentials(Optional<String> token, List<X509Certificate> certificates) {
    /** Maximum length of a token, in characters. */
    public static final int MAX_TOKEN_LENGTH = 8_192;

    public Credentials {
        certificates = List.copyOf(certificates);
    }

    /** Returns the credentials of a client with a token. */
    public static Credentials ofToken(String token) {
        return new Credentials(Optional.of(token), List.of());
    }

    /** Returns the credentials of a client with a certificate. */
    public static Credentials ofCertificates(List<X509Certificate> certificates) {
        return new Credentials(Optional.empty(), certificates);
    }

    /** Returns which credentials there are, without the token, which is a secret. */
    @Override
    public String toString() {
        return token.isPresent() ? "token" : "certificates" + certificates.size();
    }
}
