package dev.ginkgo.hub.http.tls;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HostPort;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestHandler;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.http.server.Responses;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Answers plain HTTP on a port with TLS: a browser is redirected to the same address over TLS. Other requests are rejected
 * and not redirected, because their message or token has been sent unencrypted, and would be again at the next request.
 */
public final class PlainRequestHandler implements RequestHandler {
    /** Query parameter with a ticket, which is a credential. */
    private static final String TICKET = "ticket";

    @Override
    public void begin(Exchange exchange) throws ProblemException {
        HttpRequest request = exchange.request();
        RequestValidator.requireSupportedTransferEncoding(request);
        RequestTarget target = RequestTarget.of(request.uri());
        String host = RequestValidator.host(request, target);
        if (HostPort.of(host, -1) == null) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "the Host \"" + host + "\" is malformed")
                    .closingConnection();
        }
        if (!isRedirected(request, target)) {
            throw new ProblemException(
                            ProblemType.TLS_REQUIRED,
                            "this port expects TLS, and the request was sent unencrypted; use https://" + host)
                    .closingConnection();
        }
        String location = "https://" + host + request.uri();
        exchange.onComplete(null, done -> {
            FullHttpResponse response = Responses.of(
                    HttpResponseStatus.PERMANENT_REDIRECT,
                    "text/plain; charset=utf-8",
                    Responses.utf8(location + "\n"));
            response.headers().set(HttpHeaderNames.LOCATION, location);
            done.respond(response);
        });
    }

    private static boolean isRedirected(HttpRequest request, RequestTarget target) {
        return (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD))
                && request.uri().startsWith("/")
                && !request.headers().contains(HttpHeaderNames.AUTHORIZATION)
                && !request.headers().contains(HttpHeaderNames.COOKIE)
                && !target.parameters().containsKey(TICKET);
    }
}
