package dev.ginkgo.hub.http.access;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HostPort;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.hub.net.ClientNetwork;
import java.util.Locale;
import java.util.Set;

/** Recognizes requests that come directly from this machine. */
public final class LocalClient {
    private static final Set<String> PROXY_HEADERS = Set.of(
            "forwarded",
            "via",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "true-client-ip",
            "cf-connecting-ip");

    private static final String PROXY_HEADER_PREFIX = "x-forwarded-";

    private LocalClient() {}

    /**
     * Returns whether a request comes directly from this machine. The connection and the {@code Host} must be loopback, and
     * there must be neither a foreign origin nor a header of a proxy, in the request or before it (PROXY protocol): a proxy
     * on this machine is local, but its clients are not, and neither are clients on the machine of a proxy. Called on the event loop of the connection.
     */
    public static boolean isLocal(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HostPort host = HostPort.of(RequestValidator.host(exchange.request(), requestTarget), -1);
        return !ClientAddress.isForwarded(exchange.connection().channel())
                && ClientNetwork.isLoopback(
                        ClientAddress.of(exchange.connection().channel()))
                && host != null
                && host.isLoopback()
                && !exchange.isCrossOrigin()
                && exchange.request().headers().names().stream().noneMatch(LocalClient::isOfProxy);
    }

    private static boolean isOfProxy(String header) {
        String name = header.toLowerCase(Locale.ROOT);
        return PROXY_HEADERS.contains(name) || name.startsWith(PROXY_HEADER_PREFIX);
    }
}
