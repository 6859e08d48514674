package dev.ginkgo.hub.auth;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A client whose credentials have been verified.
 *
 * @param name name of the user or program, for the log and for limits; not a secret
 * @param grant what it may do
 * @param expires when the credentials expire; its streams end then
 * @param credentialId identifies the credential or the key that was verified, for {@link Authenticator#isValid}; not a
 *     secret, may be empty
 */
public record Principal(String name, Grant grant, Optional<Instant> expires, String credentialId) {
    public Principal {
        requireNonNull(name, "name is null");
        requireNonNull(grant, "grant is null");
        requireNonNull(expires, "expires is null");
        requireNonNull(credentialId, "credentialId is null");
    }

    /** Returns a principal whose credentials do not expire. */
    public static Principal of(String name, Grant grant) {
        return new Principal(name, grant, Optional.empty(), "");
    }
}
