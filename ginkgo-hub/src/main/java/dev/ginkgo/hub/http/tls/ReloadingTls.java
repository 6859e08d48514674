package dev.ginkgo.hub.http.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;

/**
 * Certificates and keys of the hub, which are read again when a file has changed. New connections use the new ones; open
 * connections are not affected. If the new files cannot be used, the previous certificates stay in use. Thread-safe.
 *
 * <p>Protocols and cipher suites are those of the configuration "intermediate" of Mozilla's guidelines, version 5.7, without
 * finite-field Diffie-Hellman, whose key exchange costs the hub much more than the client.
 */
public final class ReloadingTls {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** Sessions of TLS 1.2 clients without tickets; others keep theirs themselves. */
    private static final int MAX_SESSIONS = 1_000;

    private static final Duration SESSION_TIMEOUT = Duration.ofHours(1);
    private static final Duration EXPIRY_WARNING = Duration.ofDays(14);

    private final TlsSettings settings;
    private final Supplier<Instant> clock;
    private final Logger log;
    private volatile SslContext current;

    // what the files looked like
    private List<String> loaded;
    private List<String> lastSeen;

    /**
     * Reads the files.
     *
     * @throws TlsFileException if they cannot be used
     */
    public ReloadingTls(TlsSettings settings, Supplier<Instant> clock, Logger log) throws TlsFileException {
        this.settings = settings;
        this.clock = clock;
        this.log = log;
        loaded = fingerprints();
        lastSeen = loaded;
        current = load();
    }

    /** Returns the configuration for a new connection. */
    public SslContext current() {
        return current;
    }

    /**
     * Reads the files again.
     *
     * @throws TlsFileException if they cannot be used; the previous certificates stay in use
     */
    public synchronized void reload() throws TlsFileException {
        loaded = fingerprints();
        lastSeen = loaded;
        try {
            current = load();
        } catch (TlsFileException e) {
            throw new TlsFileException(e.getMessage() + "; the previous certificates stay in use", e);
        }
    }

    /**
     * Reads the files again if they have changed, and did not change between the last two calls: then they have been written
     * completely. Called periodically. An error is logged once for each change.
     */
    public synchronized void reloadIfChanged() {
        List<String> now = fingerprints();
        boolean stable = now.equals(lastSeen);
        lastSeen = now;
        if (!stable || now.equals(loaded)) {
            return;
        }
        try {
            reload();
            log.info("new TLS certificates are in use for new connections");
        } catch (TlsFileException e) {
            log.error("cannot use the new TLS certificates: {}", e.getMessage());
        }
    }

    private SslContext load() throws TlsFileException {
        List<Identity> identities = new ArrayList<>();
        for (TlsSettings.Pair pair : settings.pairs()) {
            Identity identity = Identity.read(pair);
            warnOfExpiry(pair.certificate(), identity.certificate());
            identities.add(identity);
        }
        SslContextBuilder builder = SslContextBuilder.forServer(new SniKeyManager(identities))
                .sslProvider(SslProvider.JDK)
                .protocols(PROTOCOLS)
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .sessionCacheSize(MAX_SESSIONS)
                .sessionTimeout(SESSION_TIMEOUT.toSeconds())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1));
        Optional<Path> clientCa = settings.clientCa().get();
        if (clientCa.isPresent()) {
            builder.trustManager(PemFiles.certificates(clientCa.get()))
                    .clientAuth(settings.clientCertificate().get().netty);
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new TlsFileException("cannot use the certificates: " + e.getMessage(), e);
        }
    }

    private void warnOfExpiry(Path file, X509Certificate certificate) {
        Instant end = certificate.getNotAfter().toInstant();
        if (clock.get().plus(EXPIRY_WARNING).isAfter(end)) {
            log.warn("the TLS certificate in {} is valid only until {}; renew it", file, end);
        }
    }

    private List<String> fingerprints() {
        return settings.files().stream().map(ReloadingTls::fingerprint).toList();
    }

    private static String fingerprint(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return file + " " + attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return file + " cannot be read";
        }
    }
}
