package dev.ginkgo.hub.http.server;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * How a connection is secured.
 *
 * @param isTls whether the client uses TLS
 * @param clientCertificates the verified certificate chain of the client, its own certificate first; empty if it has sent
 *     none
 */
public record ConnectionSecurity(boolean isTls, List<X509Certificate> clientCertificates) {
    /** A connection without TLS. */
    public static final ConnectionSecurity NONE = new ConnectionSecurity(false, List.of());

    /** Copies the chain. */
    public ConnectionSecurity {
        clientCertificates = List.copyOf(clientCertificates);
    }
}
