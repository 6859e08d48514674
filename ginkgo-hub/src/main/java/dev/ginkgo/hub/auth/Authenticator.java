package dev.ginkgo.hub.auth;

import java.util.Optional;

/**
 * Verifies the credentials of clients. A hub with several authenticators asks them in turn until one recognizes the
 * credentials.
 *
 * <pre>{@code
 * hub.authenticateWith(credentials -> credentials.token()
 *         .flatMap(sessions::find)
 *         .map(session -> Principal.of(session.user(), Grant.of(List.of(), List.of("/users/" + session.user() + "/>"), false))));
 * }</pre>
 *
 * <p>Implementations are thread-safe. The hub remembers a token that has been accepted, so {@link #authenticate} is called
 * once for each token as long as it is in use, and not for each request.
 */
@FunctionalInterface
public interface Authenticator {
    /**
     * Verifies the credentials of a request. Called by a virtual thread without a lock, so it may block; the request
     * waits for it, other requests do not. If it does not return within {@code auth.authenticator-timeout}, the request is
     * rejected with a 503, and the thread is interrupted. At most {@code auth.authenticator-max-calls} calls are made at the
     * same time; further requests wait.
     *
     * @return the principal; empty if the credentials are of a kind that this authenticator does not know
     * @throws AuthenticationException if this authenticator knows the kind of credentials and rejects them
     * @throws InterruptedException if the hub stops, the client has reset its request, or the call has taken too long
     */
    Optional<Principal> authenticate(Credentials credentials) throws AuthenticationException, InterruptedException;

    /**
     * Returns whether a principal that this authenticator has returned is still accepted. When it is not, its requests are
     * rejected and its streams end. Called by any thread, for each request and about twice a second for each stream; must
     * not block. An exception is logged and counts as false. The expiry is checked by the hub itself.
     */
    default boolean isValid(Principal principal) {
        return true;
    }

    /**
     * Reads files or other sources again if they have changed. Called once before the first {@link #authenticate}, then
     * about once a second, by one task at a time, which may block.
     *
     * @throws Exception if a source cannot be read. The first call then fails the start of the hub; later failures are
     *     logged, and the authenticator continues with what it has read before
     */
    default void refresh() throws Exception {}

    /** Returns the name of this authenticator in the log and in error responses: by default the name of its class. */
    default String name() {
        String name = getClass().getName();
        int lambda = name.indexOf("$$");
        return name.substring(name.lastIndexOf('.') + 1, lambda < 0 ? name.length() : lambda);
    }
}
