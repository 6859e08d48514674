package dev.ginkgo.hub.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.net.ClientNetwork;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a request or a stream may do, and on the basis of which credentials. Immutable. */
public final class Access {
    /** Access to a hub without authentication: every channel; the pages for operators are for local clients. */
    public static final Access OPEN = new Access(State.OPEN, Grant.of(List.of("/>"), List.of("/>"), false));

    /** State of the credentials of a stream. */
    public enum Validity {
        VALID,
        /** The expiry has passed. */
        EXPIRED,
        /** The authenticator no longer accepts the credentials. */
        REVOKED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Access.class);

    private enum State {
        OPEN,
        WITHOUT_CREDENTIALS,
        AUTHENTICATED
    }

    private final State state;
    private final Grant grant;
    private final @Nullable Principal principal;
    private final @Nullable Authenticator authenticator;
    private final Optional<Instant> expires;
    private final long userNumber;

    private Access(State state, Grant grant) {
        this.state = state;
        this.grant = grant;
        this.principal = null;
        this.authenticator = null;
        this.expires = Optional.empty();
        this.userNumber = 0; // the number of the network is used
    }

    private Access(Principal principal, Authenticator authenticator, Optional<Instant> expires) {
        this.state = State.AUTHENTICATED;
        this.grant = principal.grant();
        this.principal = principal;
        this.authenticator = authenticator;
        this.expires = expires;
        this.userNumber = userNumber(principal.name());
    }

    /** Returns the access of requests without credentials. */
    static Access withoutCredentials(Grant grant) {
        return new Access(State.WITHOUT_CREDENTIALS, grant);
    }

    /**
     * Returns the access of a principal. It ends with that of the principal, or with the client certificate if that is
     * earlier.
     */
    static Access of(Principal principal, Authenticator authenticator, Credentials credentials) {
        Optional<Instant> ofCertificate = credentials.certificates().stream()
                .findFirst()
                .map(certificate -> certificate.getNotAfter().toInstant());
        return new Access(
                principal,
                authenticator,
                Stream.of(principal.expires(), ofCertificate)
                        .flatMap(Optional::stream)
                        .min(Comparator.naturalOrder()));
    }

    /** Returns whether the hub has no authentication. */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Returns whether there were valid credentials. */
    public boolean isAuthenticated() {
        return state == State.AUTHENTICATED;
    }

    /** Returns whether the request may do anything at all; a client without credentials needs credentials otherwise. */
    public boolean isAdmitted() {
        return state != State.WITHOUT_CREDENTIALS || !grant.equals(Grant.NONE);
    }

    public Grant grant() {
        return grant;
    }

    /** Returns the principal; null if there were no credentials. */
    public @Nullable Principal principal() {
        return principal;
    }

    /** Returns the name of the user; null if there were no credentials. */
    public @Nullable String user() {
        return principal == null ? null : principal.name();
    }

    /**
     * Returns the number by which limits identify the client, the same at every node: one of its user, or without credentials
     * that of its network.
     *
     * @param network network of the client
     */
    public long clientNumber(InetAddress network) {
        return principal == null ? ClientNetwork.number(network) : userNumber;
    }

    /** Returns a hash of the name that is not the number of a network in use: the networks 8000::/2 are not allocated. */
    private static long userNumber(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
            return Long.MIN_VALUE | (ByteBuffer.wrap(hash).getLong() >>> 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Returns whether the credentials are still valid. Does not block. */
    public Validity validity(Instant now) {
        if (principal == null || authenticator == null) {
            return Validity.VALID;
        }
        if (expires.isPresent() && !now.isBefore(expires.get())) {
            return Validity.EXPIRED;
        }
        return isAccepted(principal, authenticator) ? Validity.VALID : Validity.REVOKED;
    }

    /** Returns false if the authenticator of a program fails: one stream ends, and not the task that checks all of them. */
    private static boolean isAccepted(Principal principal, Authenticator authenticator) {
        try {
            return authenticator.isValid(principal);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "an authenticator could not check the credentials of {}; they count as revoked",
                    principal.name(),
                    e);
            return false;
        }
    }
}
