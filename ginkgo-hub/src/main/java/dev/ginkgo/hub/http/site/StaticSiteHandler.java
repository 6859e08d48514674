package dev.ginkgo.hub.http.site;

import dev.ginkgo.hub.http.compression.GzipContent;
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

/** Serves the page of {@code http.page}: {@code index.html} at {@code /}, its other files below {@code /-/page/}. */
public final class StaticSiteHandler implements HttpRoute {
    /**
     * Content-Security-Policy: scripts and styles only from this hub. Connections to other hosts are allowed, because a
     * page continues at another node when its own has failed.
     */
    private static final String POLICY = "default-src 'self'; connect-src 'self' http: https: ws: wss:;"
            + " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private volatile StaticFiles files = StaticFiles.empty();

    /** Reads the folder again. If that fails, the files read before are still served. */
    public void load(Optional<Path> folder) throws IOException {
        files = folder.isPresent() ? StaticFiles.read(folder.get()) : StaticFiles.empty();
    }

    /**
     * Matches {@code /} for GET and HEAD only: a POST to {@code /} is a publish, and is rejected as a bad channel name.
     * Without {@code http.page}, {@code /} is left to the other routes.
     */
    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        return requestTarget.path().equals("/")
                ? isGetOrHead(method) && files.find("/") != null
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
                            + "; subscribe to a channel, such as /numbers, or serve your own page with http.page");
        }
        requestTarget.requireParametersIn(Set.of());
        exchange.onComplete(null, done -> done.respond(response(done, asset)));
    }

    private static boolean isGetOrHead(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    private static FullHttpResponse response(Exchange exchange, StaticFiles.Asset asset) {
        boolean notModified =
                isNotModified(exchange.request().headers().getAll(HttpHeaderNames.IF_NONE_MATCH), asset.tag);
        Optional<byte[]> gzip = exchange.compressesPages() ? asset.gzip() : Optional.empty();
        FullHttpResponse response = notModified
                ? Responses.notModified()
                : Responses.of(HttpResponseStatus.OK, asset.type, gzip.orElse(asset.bytes()));
        response.headers()
                .set(HttpHeaderNames.ETAG, asset.tag)
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
                .set("Referrer-Policy", "no-referrer");
        if (asset.gzip().isPresent()) {
            GzipContent.addVary(response.headers());
        }
        if (gzip.isPresent() && !notModified) {
            GzipContent.markCompressed(response.headers());
        }
        return response;
    }

    /** Evaluates {@code If-None-Match} (RFC 9110, section 13.1.2). */
    private static boolean isNotModified(List<String> ifNoneMatch, String tag) {
        for (String each : String.join(",", ifNoneMatch).split(",", -1)) {
            String candidate = each.strip();
            if (candidate.equals("*") || candidate.equals(tag) || candidate.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }
}
