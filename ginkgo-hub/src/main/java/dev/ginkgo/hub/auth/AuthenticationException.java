package dev.ginkgo.hub.auth;

import static java.util.Objects.requireNonNull;

/**
 * Rejection of credentials. The message is sent to the client: it says what is wrong and never contains the credentials
 * or a part of them. It has no stack trace, because it reports an error of the client.
 */
public final class AuthenticationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String claim;
    private final boolean temporary;

    /**
     * Creates the exception for credentials that are not valid.
     *
     * @param claim the claim or part of the credentials that is not valid, such as {@code exp}, {@code aud}, {@code alg} or
     *     {@code signature}; sent to the client
     * @param message what is wrong with it, such as {@code the token has expired}
     */
    public AuthenticationException(String claim, String message) {
        this(claim, message, false);
    }

    private AuthenticationException(String claim, String message, boolean temporary) {
        super(requireNonNull(message, "message is null"), null, false, false);
        this.claim = requireNonNull(claim, "claim is null");
        this.temporary = temporary;
    }

    /**
     * Returns the exception for credentials that cannot be verified now, for example because a server with keys does not
     * respond. The client may try again.
     */
    public static AuthenticationException temporary(String claim, String message) {
        return new AuthenticationException(claim, message, true);
    }

    /** Returns the claim or part of the credentials that is not valid. */
    public String claim() {
        return claim;
    }

    /** Returns whether the same credentials may be accepted later. */
    public boolean isTemporary() {
        return temporary;
    }
}
