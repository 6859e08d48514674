package dev.ginkgo.hub.http.access;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.access.AccessControl;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Finds the credentials of a request, and what they permit. They are, in this order: a bearer token, a ticket in the query,
 * the token in the cookie, the certificate of the connection. Called on the event loop of the connection.
 *
 * <p>A token that has been accepted before costs one look-up. Others are verified by a task, when the request is complete:
 * at most one at a time for each connection or stream, so the limits for connections limit verifications too. A certificate
 * is verified once for each connection.
 */
public final class RequestAuthentication {
    /** Query parameter with a ticket. */
    static final String TICKET = "ticket";

    private static final String SCHEME = "Bearer ";

    /** The latest verification of the connection's certificate. The streams of an HTTP/2 connection share it. */
    private static final AttributeKey<FutureTask<Access>> CERTIFICATE_ACCESS =
            AttributeKey.valueOf(RequestAuthentication.class, "certificate");

    private final Optional<AccessControl> accessControl;
    private final Access withoutCredentials;
    private final Executor tasks;

    /**
     * @param accessControl empty if the hub has no authentication; credentials are ignored then
     * @param anonymous whether clients without credentials may publish and subscribe to every channel
     * @param tasks runs verifications; throws IllegalStateException while the hub stops
     */
    public RequestAuthentication(Optional<AccessControl> accessControl, boolean anonymous, Executor tasks) {
        this.accessControl = accessControl;
        this.withoutCredentials = anonymous
                ? Access.OPEN
                : accessControl.map(AccessControl::withoutCredentials).orElse(Access.OPEN);
        this.tasks = tasks;
    }

    /**
     * Sets the access of a request.
     *
     * @return the target without the ticket
     * @throws ProblemException if the request has credentials that are not valid
     */
    public RequestTarget authenticate(Exchange exchange, RequestTarget target) throws ProblemException {
        AccessControl control = accessControl.orElse(null);
        if (control == null) {
            exchange.setAccess(Access.OPEN);
            return target;
        }
        String bearer = bearer(exchange.request().headers());
        String ticket = target.parameters().get(TICKET);
        if (bearer != null) {
            useToken(exchange, control, bearer);
        } else if (ticket != null) {
            exchange.setAccess(redeem(exchange, control, ticket));
        } else {
            useCookieOrCertificate(exchange, control);
        }
        return ticket == null ? target : withoutTicket(target);
    }

    private void useCookieOrCertificate(Exchange exchange, AccessControl control) throws ProblemException {
        String cookie = cookie(exchange.request().headers());
        if (cookie != null) {
            requireOriginOfChange(exchange);
            useToken(exchange, control, cookie);
            return;
        }
        List<X509Certificate> chain = exchange.connection().clientCertificates();
        if (chain.isEmpty()) {
            exchange.setAccess(withoutCredentials);
            return;
        }
        Attribute<FutureTask<Access>> verification =
                exchange.connection().connectionChannel().attr(CERTIFICATE_ACCESS);
        FutureTask<Access> known = verification.get();
        if (known != null && isAccepted(control, known)) {
            exchange.setAccess(known.resultNow());
        } else {
            exchange.verifyAccess(tasks, () -> verifyOnce(control, chain, verification));
        }
    }

    private static boolean isAccepted(AccessControl control, FutureTask<Access> verification) {
        return verification.state() == Future.State.SUCCESS && control.isValid(verification.resultNow());
    }

    /** Verifies the certificate, or waits for the verification that another stream of the connection has begun. */
    private static Access verifyOnce(
            AccessControl control, List<X509Certificate> chain, Attribute<FutureTask<Access>> verification)
            throws ProblemException, InterruptedException {
        FutureTask<Access> shared = verification.get();
        boolean verifies = false; // in this thread
        if (shared == null || (shared.isDone() && !isAccepted(control, shared))) {
            FutureTask<Access> own = new FutureTask<>(() -> control.authenticate(Credentials.ofCertificates(chain)));
            if (verification.compareAndSet(shared, own)) {
                verifies = true;
                own.run();
            }
            shared = verification.get();
        }
        try {
            return shared.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthenticationException rejection) {
                throw AccessRules.invalid(rejection);
            }
            if (e.getCause() instanceof InterruptedException) {
                if (verifies) {
                    throw ProblemException.stopping("the hub is stopping");
                }
                return verifyOnce(control, chain, verification); // the stream that was verifying has been reset
            }
            throw new IllegalStateException("an authenticator has failed", e.getCause());
        }
    }

    private void useToken(Exchange exchange, AccessControl control, String token) throws ProblemException {
        if (token.length() > Credentials.MAX_TOKEN_LENGTH) {
            throw AccessRules.invalid(new AuthenticationException(
                    "token", "the token is longer than " + Credentials.MAX_TOKEN_LENGTH + " characters"));
        }
        Access known = control.known(token);
        if (known != null) {
            exchange.setAccess(known);
        } else {
            exchange.verifyAccess(tasks, () -> verify(control, Credentials.ofToken(token)));
        }
    }

    private static Access verify(AccessControl control, Credentials credentials)
            throws ProblemException, InterruptedException {
        try {
            return control.authenticate(credentials);
        } catch (AuthenticationException e) {
            throw AccessRules.invalid(e);
        }
    }

    /** A ticket opens streams only: a client that can send a POST can send a header, too. */
    private static Access redeem(Exchange exchange, AccessControl control, String ticket) throws ProblemException {
        if (!exchange.request().method().equals(HttpMethod.GET)) {
            throw AccessRules.unauthenticated("a ticket is for a GET; send Authorization: Bearer TOKEN");
        }
        Access access = control.tickets().redeem(ticket);
        if (access == null || !control.isValid(access)) {
            throw AccessRules.invalid(new AuthenticationException(
                    TICKET, "the ticket is unknown, has expired or has been used; request another one"));
        }
        return access;
    }

    private static @Nullable String cookie(HttpHeaders headers) throws ProblemException {
        try {
            return SessionCookie.read(headers);
        } catch (AuthenticationException e) {
            throw AccessRules.invalid(e);
        }
    }

    /** Returns the bearer token; null if there is no {@code Authorization}. */
    private static @Nullable String bearer(HttpHeaders headers) throws ProblemException {
        List<String> values = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        if (values.isEmpty()) {
            return null;
        }
        String value = values.getFirst().strip();
        String token =
                value.substring(Math.min(value.length(), SCHEME.length())).strip();
        if (values.size() > 1 || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) || token.isEmpty()) {
            throw AccessRules.unauthenticated("the only supported form is a single Authorization: Bearer TOKEN");
        }
        return token;
    }

    /**
     * Rejects a request that changes something, has a cookie, and does not say which page it comes from: browsers send {@code
     * Origin} with each POST, and foreign origins have been rejected already.
     */
    private static void requireOriginOfChange(Exchange exchange) throws ProblemException {
        HttpHeaders headers = exchange.request().headers();
        if (exchange.request().method().equals(HttpMethod.POST) && !headers.contains(HttpHeaderNames.ORIGIN)) {
            throw new ProblemException(
                    ProblemType.FOREIGN_ORIGIN,
                    "a POST that is authenticated by the cookie needs an Origin; programs send Authorization instead");
        }
    }

    private static RequestTarget withoutTicket(RequestTarget target) {
        Map<String, String> others = new LinkedHashMap<>(target.parameters());
        others.remove(TICKET);
        return new RequestTarget(target.authority(), target.path(), others);
    }
}
