package dev.ginkgo.hub.http.access;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.access.AccessControl;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import java.util.ArrayList;
import java.util.List;

/** Decides which requests an access permits, and rejects the others as RFC 6750, section 3, requires. */
public final class AccessRules {
    private static final String CHALLENGE = "Bearer realm=\"ginkgo\"";
    private static final String HEALTH = "/-/health/";

    /** Code of the event for a name of a list that may not be subscribed to; the problem has the same code. */
    private static final String FORBIDDEN = ProblemType.FORBIDDEN.code();

    private AccessRules() {}

    /**
     * Rejects a request without credentials if clients without credentials have no access. The pages for health are served
     * to every client; the other pages of the hub itself also to clients on this machine.
     */
    public static void requireAdmission(Access access, Exchange exchange, RequestTarget target)
            throws ProblemException {
        if (access.isAdmitted() || target.path().startsWith(HEALTH)) {
            return;
        }
        boolean channel = !target.isReserved() && !target.path().equals("/");
        if (channel || !LocalClient.isLocal(exchange, target)) {
            throw unauthenticated("this hub requires credentials; send them as Authorization: Bearer TOKEN");
        }
    }

    /** Rejects a request on a stream whose credentials are no longer valid. */
    public static void requireValid(Access.Validity validity) throws ProblemException {
        switch (validity) {
            case VALID -> {}
            case EXPIRED -> throw invalid(new AuthenticationException("exp", "the credentials have expired"));
            case REVOKED -> throw invalid(new AuthenticationException("token", "the credentials have been revoked"));
        }
    }

    /** Rejects a publish that the grant does not include. */
    public static void requirePublish(Access access, ChannelName channel) throws ProblemException {
        if (!access.grant().mayPublish(channel.text())) {
            throw forbidden(access, "publish", "publishing to " + channel + " is not granted");
        }
    }

    /**
     * Returns a subscription without the names that the grant does not include as a whole; the response
     * reports these.
     *
     * @throws ProblemException if the grant includes none of the names
     */
    public static SubscribeRequest subscribable(Access access, SubscribeRequest request) throws ProblemException {
        ChannelSelector selector = request.selector();
        List<String> granted = new ArrayList<>(selector.names());
        granted.removeIf(name -> !access.grant().maySubscribe(name));
        if (granted.size() == selector.names().size()) {
            return request;
        }
        if (granted.isEmpty()) {
            throw notSubscribable(access, selector);
        }
        List<ChannelSelector.Rejected> rejected = new ArrayList<>(request.rejected());
        for (String name : selector.names()) {
            if (!granted.contains(name)) {
                rejected.add(
                        new ChannelSelector.Rejected(name, FORBIDDEN, "subscribing to " + name + " is not granted"));
            }
        }
        return new SubscribeRequest(
                new ChannelSelector(granted, selector.list()), request.since(), request.conflate(), rejected);
    }

    private static ProblemException notSubscribable(Access access, ChannelSelector selector) {
        String hint = ChannelSelector.isName(selector.text()) ? "" : "; a pattern must be covered as a whole";
        return forbidden(access, "subscribe", "subscribing to " + selector + " is not granted" + hint);
    }

    /** Rejects a request for a page for operators, unless it comes from this machine or the grant includes these pages. */
    public static void requireOperator(Access access, Exchange exchange, RequestTarget target) throws ProblemException {
        if (access.grant().isAdmin() || LocalClient.isLocal(exchange, target)) {
            return;
        }
        if (access.isOpen()) {
            throw new ProblemException(
                    ProblemType.LOOPBACK_ONLY,
                    "this page is served only to clients on the hub's own machine that connect directly to localhost");
        }
        throw forbidden(access, "admin", "this page requires the grant admin");
    }

    /** Returns the rejection of credentials that are not valid. */
    static ProblemException invalid(AuthenticationException rejection) {
        String detail = String.valueOf(rejection.getMessage());
        if (rejection.isTemporary()) {
            ProblemType type = rejection.claim().equals(AccessControl.AUTHENTICATOR_CLAIM)
                    ? ProblemType.AUTHENTICATOR_UNAVAILABLE
                    : ProblemType.KEYS_UNAVAILABLE;
            return new ProblemException(type, detail)
                    .withClaim(rejection.claim())
                    .withHeader("Retry-After", "5");
        }
        return new ProblemException(ProblemType.INVALID_TOKEN, detail)
                .withClaim(rejection.claim())
                .withHeader(
                        "WWW-Authenticate",
                        CHALLENGE + ", error=\"invalid_token\", error_description=\"" + quotable(detail) + "\"");
    }

    static ProblemException unauthenticated(String detail) {
        return new ProblemException(ProblemType.UNAUTHENTICATED, detail).withHeader("WWW-Authenticate", CHALLENGE);
    }

    /** A client without credentials may get access by sending some; for others, other credentials would be needed. */
    private static ProblemException forbidden(Access access, String claim, String detail) {
        if (!access.isAuthenticated() && !access.isOpen()) {
            return unauthenticated(detail + " without credentials").withClaim(claim);
        }
        return new ProblemException(ProblemType.FORBIDDEN, detail)
                .withClaim(claim)
                .withHeader("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + claim + "\"");
    }

    /** Replaces the characters that an error_description must not contain (RFC 6750, section 3). */
    private static String quotable(String text) {
        StringBuilder quotable = new StringBuilder(text.length());
        text.chars().forEach(c -> quotable.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? '\'' : (char) c));
        return quotable.toString();
    }
}
