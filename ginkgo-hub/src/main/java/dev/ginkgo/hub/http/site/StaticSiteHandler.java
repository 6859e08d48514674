package dev.ginkgo.hub.http.site;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Serves the user's own page: {@code index.html} at the root, and what it needs below {@code /-/page/}. */
public final class StaticSiteHandler implements HttpRoute {
    /**
     * Scripts and styles come from this hub only; it may read other hubs, for a page goes on at another node when its
     * own is gone.
     */
    private static final String POLICY = "default-src 'self'; connect-src 'self' http: https: ws: wss:;"
            + " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private volatile StaticFiles files = StaticFiles.empty();

    /** Reads the folder anew; if that fails, what was served before is served on. */
    public void load(Optional<Path> folder) throws IOException {
        files = folder.isPresent() ? StaticFiles.read(folder.get()) : StaticFiles.empty();
    }

    /** What is posted to the root is meant for a channel, and is none. */
    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        return requestTarget.path().equals("/")
                ? isGetOrHead(method)
                : requestTarget.path().startsWith(StaticFiles.PREFIX);
    }

    @Override
    public void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HttpMethod method = exchange.request().method();
        if (!isGetOrHead(method)) {
            throw ProblemException.methodNotAllowed(method, "GET, HEAD, OPTIONS");
        }
        StaticFiles.Asset asset = files.find(requestTarget.path());
        if (asset == null) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "there is no page at " + requestTarget.path()
                            + "; read a channel, such as /numbers, or show a page of your own by http.page");
        }
        requestTarget.requireParametersIn(Set.of());
        exchange.onComplete(null, done -> done.respond(response(done, asset)));
    }

    private static boolean isGetOrHead(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    private static FullHttpResponse response(Exchange exchange, StaticFiles.Asset asset) {
        boolean known = isNotModified(exchange.request().headers().getAll(HttpHeaderNames.IF_NONE_MATCH), asset.tag);
        FullHttpResponse response =
                known ? Responses.notModified() : Responses.of(HttpResponseStatus.OK, asset.type, asset.bytes());
        response.headers()
                .set(HttpHeaderNames.ETAG, asset.tag)
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
                .set("Referrer-Policy", "no-referrer");
        return response;
    }

    /** RFC 9110, section 13.1.2. */
    private static boolean isNotModified(List<String> ifNoneMatch, String tag) {
        for (String each : String.join(",", ifNoneMatch).split(",", -1)) {
            String one = each.strip();
            if (one.equals("*") || one.equals(tag) || one.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }
}
