package dev.ginkgo.hub.http.tls;

import io.netty.handler.ssl.ClientAuth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Settings of the table {@code [http.tls]}.
 *
 * @param certificate PEM file with the certificate chain of the hub; TLS is used if it is present
 * @param key PEM file with the private key
 * @param sniCertificates further certificate chains, which are selected by the name that the client requests
 * @param sniKeys their private keys, in the same order
 * @param clientCa PEM file with the authorities of client certificates; clients are asked for one if it is present
 * @param clientCertificate whether clients must have a certificate
 */
public record TlsSettings(
        Supplier<Optional<Path>> certificate,
        Supplier<Optional<Path>> key,
        Supplier<List<Path>> sniCertificates,
        Supplier<List<Path>> sniKeys,
        Supplier<Optional<Path>> clientCa,
        Supplier<ClientCertificate> clientCertificate) {
    /** Whether clients must have a certificate of {@code client-ca}. */
    public enum ClientCertificate {
        REQUIRED(ClientAuth.REQUIRE),
        OPTIONAL(ClientAuth.OPTIONAL);

        final ClientAuth netty;

        ClientCertificate(ClientAuth netty) {
            this.netty = netty;
        }
    }

    /** Returns whether TLS is configured. */
    public boolean isEnabled() {
        return certificate.get().isPresent();
    }

    /** Files of a certificate chain and its private key. */
    record Pair(Path certificate, Path key) {}

    /** Returns the pairs; the first one is used for clients that request no name, or an unknown one. */
    List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        pairs.add(new Pair(certificate.get().orElseThrow(), key.get().orElseThrow()));
        List<Path> keys = sniKeys.get();
        for (Path each : sniCertificates.get()) {
            pairs.add(new Pair(each, keys.get(pairs.size() - 1)));
        }
        return pairs;
    }

    /** Returns all files. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Pair pair : pairs()) {
            files.add(pair.certificate);
            files.add(pair.key);
        }
        clientCa.get().ifPresent(files::add);
        return files;
    }
}
