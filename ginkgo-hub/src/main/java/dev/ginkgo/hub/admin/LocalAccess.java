package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HostPort;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.hub.net.ClientNetwork;
import java.util.List;
import java.util.Set;

/** Rules for requests that only the operator of this machine may send. Called on the event loop of the connection. */
public final class LocalAccess {
    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    /** Values of {@code Sec-Fetch-Site} for requests of the hub's own pages, and of the user. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private LocalAccess() {}

    /**
     * Rejects a request that a browser sends for a page of another site. An {@code <img>} or a {@code <script>} sends no
     * {@code Origin}; current browsers send {@code Sec-Fetch-Site} with every request to a trustworthy host, such as
     * localhost.
     */
    public static void rejectForeignPage(Exchange exchange) throws ProblemException {
        List<String> sites = exchange.request().headers().getAll("Sec-Fetch-Site");
        if (!exchange.isCrossOrigin() && !OWN_SITES.containsAll(sites)) {
            throw new ProblemException(
                    ProblemType.FOREIGN_ORIGIN,
                    "pages of other sites may not request the hub's own pages (Sec-Fetch-Site: "
                            + String.join(", ", sites) + ")");
        }
    }

    /**
     * Rejects a request that does not come directly from this machine. The connection and the {@code Host} must be
     * loopback, and there must be neither a foreign origin nor a header of a proxy: a proxy on this machine is local, but
     * its clients are not.
     */
    public static void requireLocalClient(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HostPort host = HostPort.of(RequestValidator.host(exchange.request(), requestTarget), -1);
        boolean local =
                ClientNetwork.isLoopback(ClientAddress.of(exchange.connection().channel()))
                        && host != null
                        && host.isLoopback()
                        && !exchange.isCrossOrigin()
                        && PROXY_HEADERS.stream()
                                .noneMatch(name -> exchange.request().headers().contains(name));
        if (!local) {
            throw new ProblemException(
                    ProblemType.LOOPBACK_ONLY,
                    "this page is served only to clients on the hub's own machine that connect directly to localhost");
        }
    }
}
