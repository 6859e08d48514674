package dev.ginkgo.hub.http.access;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.access.AccessControl;
import dev.ginkgo.hub.access.TicketTable;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.JsonBody;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.time.TimeSource;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Credentials for browsers. {@code POST /-/ticket} returns a ticket for one request; {@code POST /-/session} moves the bearer
 * token of the request into the cookie, and {@code POST /-/session?end=1} deletes the cookie.
 */
public final class CredentialsRoute implements HttpRoute {
    private static final String TICKETS = "/-/ticket";
    private static final String SESSION = "/-/session";
    private static final String END = "end";

    private final AccessControl accessControl;
    private final TimeSource timeSource;

    public CredentialsRoute(AccessControl accessControl, TimeSource timeSource) {
        this.accessControl = accessControl;
        this.timeSource = timeSource;
    }

    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        return requestTarget.path().equals(TICKETS) || requestTarget.path().equals(SESSION);
    }

    @Override
    public void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        if (!exchange.request().method().equals(HttpMethod.POST)) {
            throw new ProblemException(
                            ProblemType.METHOD_NOT_ALLOWED, "credentials for a browser are requested by POST")
                    .withHeader("Allow", "POST, OPTIONS");
        }
        if (requestTarget.path().equals(TICKETS)) {
            requestTarget.requireParametersIn(Set.of());
            exchange.onComplete(null, this::issueTicket);
            return;
        }
        requestTarget.requireParametersIn(Set.of(END));
        boolean end = requestTarget.parameters().containsKey(END);
        exchange.onComplete(null, done -> {
            if (end) {
                respondWithCookies(done, SessionCookie.delete(isSecure(done)));
            } else {
                beginSession(done);
            }
        });
    }

    private void issueTicket(Exchange exchange) throws ProblemException {
        Access access = authenticated(exchange);
        Optional<String> ticket = accessControl.tickets().issue(access);
        if (ticket.isEmpty()) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_TICKETS, "too many tickets have been requested and not been used")
                    .withHeader("Retry-After", Long.toString(TicketTable.LIFETIME.toSeconds()));
        }
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, Responses.JSON, JsonBody.object(json -> {
            json.writeStringField("ticket", ticket.get());
            json.writeNumberField("expires-in", TicketTable.LIFETIME.toSeconds());
        }));
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        exchange.respond(response);
    }

    private void beginSession(Exchange exchange) throws ProblemException {
        Principal principal = authenticated(exchange).principal();
        String authorization = exchange.request().headers().get(HttpHeaderNames.AUTHORIZATION, "");
        String token = authorization.substring(authorization.indexOf(' ') + 1).strip();
        if (principal == null || token.isEmpty() || !SessionCookie.canCarry(token)) {
            throw AccessRules.unauthenticated("a session needs a token in Authorization: Bearer TOKEN");
        }
        Optional<Duration> lifetime = principal.expires().map(expiry -> Duration.between(timeSource.now(), expiry));
        respondWithCookies(exchange, List.of(SessionCookie.set(token, lifetime, isSecure(exchange))));
    }

    private static Access authenticated(Exchange exchange) throws ProblemException {
        Access access = exchange.access();
        if (!access.isAuthenticated()) {
            throw AccessRules.unauthenticated("this needs a token in Authorization: Bearer TOKEN");
        }
        return access;
    }

    private static void respondWithCookies(Exchange exchange, List<String> cookies) {
        FullHttpResponse response = Responses.noContent();
        response.headers().set(HttpHeaderNames.SET_COOKIE, cookies).set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        exchange.respond(response);
    }

    /** Returns whether the browser has an encrypted connection: to the hub, or to a proxy in front of it. */
    private static boolean isSecure(Exchange exchange) {
        HttpHeaders headers = exchange.request().headers();
        return exchange.connection().isSecure()
                || headers.get(HttpHeaderNames.ORIGIN, "")
                        .toLowerCase(Locale.ROOT)
                        .startsWith("https://")
                || headers.get("X-Forwarded-Proto", "").equalsIgnoreCase("https");
    }
}
