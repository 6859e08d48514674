package dev.ginkgo.hub.access;

import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Authenticators of one run of a hub, and what they have accepted. Thread-safe. */
public final class AccessControl {
    /** Claim of the rejection of credentials that an authenticator of the program has not verified in time. */
    public static final String AUTHENTICATOR_CLAIM = "authenticator";

    /** Memory for a generation of verified tokens with their grants. */
    private static final long MAX_CACHED_BYTES =
            Math.min(16L * 1024 * 1024, Runtime.getRuntime().maxMemory() / 64);

    private final List<Authenticator> authenticators;
    private final Access withoutCredentials;
    private final TimeSource timeSource;
    private final VerifiedTokens verifiedTokens = new VerifiedTokens(MAX_CACHED_BYTES);
    private final TicketTable tickets;

    /**
     * @param authenticators asked in this order
     * @param anonymous what clients without credentials may do
     * @param random cryptographically strong source of tickets
     */
    public AccessControl(
            List<Authenticator> authenticators, Grant anonymous, TimeSource timeSource, RandomGenerator random) {
        this.authenticators = List.copyOf(authenticators);
        this.withoutCredentials = Access.withoutCredentials(anonymous);
        this.timeSource = timeSource;
        this.tickets = new TicketTable(timeSource, random);
    }

    /** Returns the access of requests without credentials. */
    public Access withoutCredentials() {
        return withoutCredentials;
    }

    /** Returns the access of a token that has been verified before and is still valid; null otherwise. Does not block. */
    public @Nullable Access known(String token) {
        Access access = verifiedTokens.find(token);
        if (access != null && !isValid(access)) {
            verifiedTokens.remove(token);
            return null;
        }
        return access;
    }

    /** Returns whether the credentials of an access are still valid. Does not block. */
    public boolean isValid(Access access) {
        return validity(access) == Access.Validity.VALID;
    }

    /** Returns whether the credentials of an access are still valid, or why not. Does not block. */
    public Access.Validity validity(Access access) {
        return access.validity(timeSource.now());
    }

    /**
     * Verifies credentials. May block.
     *
     * @throws AuthenticationException if no authenticator accepts them, with the reason of the first that rejects them
     */
    public Access authenticate(Credentials credentials) throws AuthenticationException, InterruptedException {
        AuthenticationException rejection = null;
        for (Authenticator authenticator : authenticators) {
            try {
                Optional<Principal> principal = authenticator.authenticate(credentials);
                if (principal.isPresent()) {
                    return accept(credentials, Access.of(principal.get(), authenticator, credentials));
                }
            } catch (AuthenticationException e) {
                rejection = rejection == null ? e : rejection;
            }
        }
        if (rejection != null) {
            throw rejection;
        }
        throw credentials.token().isPresent()
                ? new AuthenticationException("token", "the token is not known to this hub")
                : new AuthenticationException("certificate", "the subject of the certificate is not known to this hub");
    }

    private Access accept(Credentials credentials, Access access) throws AuthenticationException {
        switch (validity(access)) {
            case EXPIRED -> throw new AuthenticationException("exp", "the credentials have expired");
            case REVOKED -> throw new AuthenticationException("token", "the credentials have been revoked");
            case VALID -> credentials.token().ifPresent(token -> verifiedTokens.add(token, access));
        }
        return access;
    }

    /** Returns the tickets of this run. */
    public TicketTable tickets() {
        return tickets;
    }
}
