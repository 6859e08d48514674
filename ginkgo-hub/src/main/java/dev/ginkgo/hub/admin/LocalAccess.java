package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import java.util.List;
import java.util.Set;

/** Rules for requests for the hub's own pages. Called on the event loop of the connection. */
public final class LocalAccess {
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
}
