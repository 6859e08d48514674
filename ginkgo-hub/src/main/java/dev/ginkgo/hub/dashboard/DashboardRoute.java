package dev.ginkgo.hub.dashboard;

import dev.ginkgo.hub.admin.LocalAccess;
import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.compression.GzipContent;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.time.TimeSource;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Serves the dashboard: the page at {@code /} if the hub has no page of its own, and always at {@code /-/dashboard}; its
 * files below that; and the stream of samples at {@code /-/dashboard/samples}, to clients on this machine and to those with
 * the grant {@code admin}.
 *
 * <p>A client that does not accept HTML, such as curl, gets a text at {@code /}.
 */
public final class DashboardRoute implements HttpRoute {
    private static final String PREFIX = "/-/dashboard";
    private static final String SAMPLES = PREFIX + "/samples";

    private static final String TEXT = """
            This is a Ginkgo message hub. A channel is a path; try one:

                curl -N URL/numbers      # subscribe
                curl -d 7 URL/numbers    # publish

            Open URL/ in a browser for the dashboard. See docs/http.md for everything else.
            """;

    private final BooleanSupplier enabled;
    private final DashboardStream stream;
    private final Executor tasks;

    /**
     * @param enabled whether the dashboard is served; read at each request
     * @param hubSampler takes the samples
     */
    public DashboardRoute(
            BooleanSupplier enabled, HubSampler hubSampler, TimeSource timeSource, RouteFactory.Context context) {
        this(enabled, new DashboardStream(hubSampler, timeSource, context.tasks()), context.tasks());
    }

    DashboardRoute(BooleanSupplier enabled, DashboardStream stream, Executor tasks) {
        this.enabled = enabled;
        this.stream = stream;
        this.tasks = tasks;
    }

    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        String path = requestTarget.path();
        return path.equals("/")
                ? isGetOrHead(method)
                : enabled.getAsBoolean() && (path.equals(PREFIX) || path.startsWith(PREFIX + "/"));
    }

    @Override
    public void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HttpMethod method = exchange.request().method();
        String path = requestTarget.path();
        if (!isGetOrHead(method)) {
            throw ProblemException.methodNotAllowed(method, "GET, HEAD, OPTIONS");
        }
        requestTarget.requireParametersIn(Set.of());
        if (path.equals(SAMPLES)) {
            beginStream(exchange, requestTarget);
        } else if (path.equals("/") && enabled.getAsBoolean() && !acceptsHtml(exchange)) {
            byte[] text = Responses.utf8(TEXT.replace("URL", url(exchange)));
            exchange.onComplete(
                    null,
                    done -> done.respond(
                            varying(Responses.of(HttpResponseStatus.OK, "text/plain; charset=utf-8", text))));
        } else {
            beginFile(exchange, requestTarget, path);
        }
    }

    private void beginStream(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        LocalAccess.rejectForeignPage(exchange);
        exchange.requireAccess(access -> AccessRules.requireOperator(access, exchange, requestTarget));
        if (!exchange.isHead() && !exchange.request().protocolVersion().isKeepAliveDefault()) {
            throw new ProblemException(ProblemType.HTTP_VERSION, "a stream needs HTTP/1.1").closingConnection();
        }
        exchange.onComplete(null, done -> {
            if (done.isHead()) {
                done.respond(done.streamHead("text/event-stream"));
            } else {
                stream.open(done);
            }
        });
    }

    private void beginFile(Exchange exchange, RequestTarget requestTarget, String path) throws ProblemException {
        boolean page = path.equals("/") || path.equals(PREFIX) || path.equals(PREFIX + "/");
        String name = page ? DashboardFile.INDEX : path.substring(PREFIX.length() + 1);
        if (!enabled.getAsBoolean() || !DashboardFile.exists(name)) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "there is no page at " + path
                            + "; subscribe to a channel, such as /numbers, or serve your own page with http.page");
        }
        exchange.requireAccess(access -> {
            if (!access.isOpen()) {
                AccessRules.requireOperator(access, exchange, requestTarget);
            }
        });
        String cached = exchange.request().headers().get(HttpHeaderNames.IF_NONE_MATCH, "");
        exchange.onComplete(
                null, done -> done.respondAsync(tasks, () -> response(name, cached, done.compressesPages())));
    }

    private static FullHttpResponse response(String name, String cached, boolean compressed) {
        DashboardFile file = DashboardFile.read(name).orElseThrow();
        boolean notModified = cached.equals(file.tag()) || cached.equals("W/" + file.tag());
        FullHttpResponse response =
                notModified ? Responses.notModified() : Responses.of(HttpResponseStatus.OK, file.type(), file.bytes());
        response.headers()
                .set(HttpHeaderNames.ETAG, file.tag())
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, DashboardFile.POLICY)
                .set("Referrer-Policy", "no-referrer");
        varying(response);
        GzipContent.addVary(response.headers());
        return compressed ? GzipContent.compress(response) : response;
    }

    private static FullHttpResponse varying(FullHttpResponse response) {
        response.headers().set(HttpHeaderNames.VARY, "Accept");
        return response;
    }

    private static boolean acceptsHtml(Exchange exchange) {
        return String.join(",", exchange.request().headers().getAll(HttpHeaderNames.ACCEPT))
                .toLowerCase(Locale.ROOT)
                .contains("text/html");
    }

    private static String url(Exchange exchange) {
        return (exchange.connection().isSecure() ? "https://" : "http://") + host(exchange);
    }

    private static String host(Exchange exchange) {
        String host = exchange.request().headers().get(HttpHeaderNames.HOST);
        return host == null ? "localhost:8088" : host;
    }

    private static boolean isGetOrHead(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }
}
