package dev.ginkgo.nats.client;

import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Settings of a connection to NATS, the same in every table that has one: {@code [cluster.coordinator.nats]} and
 * {@code [hub.transport.nats]}.
 */
public final class NatsSettings {
    /** Where a NATS server listens by default. */
    public static final List<Address> DEFAULT_SERVERS = List.of(new Address("127.0.0.1", 4222));

    private final List<Address> defaultServers;

    final Setting<List<Address>> servers;
    final Setting<Optional<Path>> credentials;
    final Setting<String> user;
    final Setting<Secret> password;
    final Setting<Secret> token;
    final Setting<Boolean> tls;
    final Setting<Optional<Path>> ca;
    final Setting<Optional<Path>> certificate;
    final Setting<Optional<Path>> key;
    final Setting<Duration> timeout;

    /** Declares settings of a service, whose own methods for it are protected. */
    public interface Declaration {
        /** Declares a setting with a default. */
        <T> Setting<T> setting(String key, T defaultValue);

        /** Declares an optional path. */
        Setting<Optional<Path>> path(String key);

        /** Declares a list of addresses. */
        Setting<List<Address>> addresses(String key);
    }

    /**
     * Declares the settings. Called in the constructor of a service.
     *
     * @param defaultServers the servers if none are configured
     */
    public NatsSettings(Declaration declaration, List<Address> defaultServers) {
        this.defaultServers = List.copyOf(defaultServers);
        servers = declaration
                .addresses("servers")
                .restartRequired()
                .help("Addresses of NATS servers; list all servers of a NATS cluster; default 127.0.0.1:4222");
        credentials = declaration
                .path("credentials")
                .restartRequired()
                .help("File with the credentials of a NATS user: a .creds file (JWT and seed), or an NKey seed alone");
        user = declaration
                .setting("user", "")
                .restartRequired()
                .help("User name, for servers that authenticate by password");
        password = declaration
                .setting("password", Secret.of(""))
                .restartRequired()
                .help("Password of the user; prefer a file, set with password-file");
        token = declaration
                .setting("token", Secret.of(""))
                .check(
                        (value, all) -> value.isEmpty()
                                || (all.get(user).isEmpty()
                                        && all.get(credentials).isEmpty()),
                        "is set beside user or credentials; configure one of the three")
                .restartRequired()
                .help("Token, for servers that authenticate by token; prefer a file, set with token-file");
        tls = declaration
                .setting("tls", false)
                .restartRequired()
                .help("Encrypts the connection, and accepts only a server whose certificate is trusted and has its"
                        + " name; implied by ca and certificate");
        ca = declaration
                .path("ca")
                .restartRequired()
                .help("PEM file with the trusted certificate authorities; default: those of the Java runtime");
        certificate = declaration
                .path("certificate")
                .restartRequired()
                .help("PEM file with the client certificate and its chain, for servers that verify clients");
        key = declaration
                .path("key")
                .check(
                        (value, all) ->
                                value.isPresent() == all.get(certificate).isPresent(),
                        "needs certificate, and certificate needs key; set both or neither")
                .restartRequired()
                .help("PEM file with the private key of the client certificate, in PKCS #8");
        timeout = declaration
                .setting("timeout", Duration.ofSeconds(2))
                .between(Duration.ofMillis(200), Duration.ofMinutes(1))
                .restartRequired()
                .help("How long a server may take to accept a connection, or to answer a request");
    }

    /** Returns the servers, at least one. */
    List<Address> serverAddresses() {
        return servers.get().isEmpty() ? defaultServers : servers.get();
    }

    /** Returns how long a server may take to answer. */
    public Duration requestTimeout() {
        return timeout.get();
    }

    /** Returns whether connections are encrypted. */
    boolean usesTls() {
        return tls.get() || ca.get().isPresent() || certificate.get().isPresent();
    }
}
