package dev.ginkgo.hub.http;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.access.AuthenticationService;
import dev.ginkgo.hub.delivery.sender.SocketSenders;
import dev.ginkgo.hub.http.compression.CompressionScope;
import dev.ginkgo.hub.http.proxy.ClientAddressSource;
import dev.ginkgo.hub.http.proxy.TrustedProxies;
import dev.ginkgo.hub.http.server.NettyServer;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.site.StaticFiles;
import dev.ginkgo.hub.http.tls.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of {@link HttpFrontend}: the table {@code http} of the hub. */
abstract sealed class HttpFrontendSettings extends Service permits HttpFrontend {
    private static final Size DEFAULT_BODY_MEMORY = Size.ofBytes(
            Math.min(Runtime.getRuntime().maxMemory() / 8, Size.ofMebibytes(32).bytes()));

    final Setting<Boolean> enabled = setting("enabled", true)
            .restartRequired()
            .help("Whether to listen; if not, only the hub's own program uses it");

    final Setting<Boolean> anonymous = setting("anonymous", false)
            .restartRequired()
            .help(
                    "Whether anyone who reaches the port may publish and subscribe; required to bind beyond loopback without"
                            + " authentication");

    final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:8088"))
            .check(
                    (address, all) -> address.isLoopback()
                            || all.get(anonymous)
                            || authentication().isConfigured(all),
                    "can be reached from other machines, and there is no authentication; configure [hub.auth], set"
                            + " anonymous = true if anyone may publish and subscribe, or bind to 127.0.0.1")
            .restartRequired()
            .help("Where to listen; port 0 takes a free port");

    final Setting<NettyServer.IoTransport> transport = setting("transport", NettyServer.IoTransport.AUTO)
            .restartRequired()
            .help("I/O mechanism: epoll, nio, or auto, which is epoll where available");

    final Setting<SocketSenders.Choice> sender = setting("sender", SocketSenders.Choice.AUTO)
            .restartRequired()
            .help(
                    "What writes to streams without TLS over HTTP/1.1: send, the system call send(2); netty; or auto, which"
                            + " is send where available");

    final Setting<Integer> loops = setting("loops", 0)
            .between(0, 1024)
            .restartRequired()
            .help("Number of event loops, each a thread; 0 is one per processor");

    final Setting<List<String>> allowedOrigins = list("allowed-origins", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isOrigin),
                    "is not a list of origins such as \"https://example.org\"")
            .help("Origins whose pages may use the hub, besides its own, such as \"https://example.org\"");

    final Setting<List<String>> allowedHosts = list("allowed-hosts", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isHost),
                    "is not a list of host names such as \"hub.example.org\"")
            .help("Host names of the hub, besides localhost; if set, requests with any other Host are rejected");

    final Setting<List<String>> trustedProxyNetworks = list("trusted-proxies", String.class)
            .check(
                    all -> all.stream().allMatch(TrustedProxies::isNetwork),
                    "is not a list of addresses and networks such as \"192.0.2.1\" and \"10.0.0.0/8\"")
            .help("Addresses of proxies that say for which client they send a request");

    final Setting<ClientAddressSource> clientAddress = setting("client-address", ClientAddressSource.X_FORWARDED_FOR)
            .help("Where they say it: x-forwarded-for, forwarded, or proxy-protocol");

    final Setting<Optional<Path>> tlsKey = optional("tls.key", Path.class)
            .restartRequired()
            .help("PEM file with the private key, not encrypted, in PKCS #8 form");

    final Setting<Optional<Path>> tlsCertificate = optional("tls.certificate", Path.class)
            .check(
                    (file, all) -> file.isPresent() == all.get(tlsKey).isPresent(),
                    "is incomplete: TLS needs both http.tls.certificate and http.tls.key")
            .restartRequired()
            .help("PEM file with the certificate chain; the hub uses TLS if it is set, and reloads changed files");

    final Setting<List<Path>> tlsSniKeys =
            list("tls.sni-keys", Path.class).help("Private keys of sni-certificates, in the same order");

    final Setting<List<Path>> tlsSniCertificates = list("tls.sni-certificates", Path.class)
            .check((files, all) -> files.size() == all.get(tlsSniKeys).size(), "must have as many entries as sni-keys")
            .help("Further certificate chains, selected by the host name that the client requests");

    final Setting<Optional<Path>> tlsClientCa = optional("tls.client-ca", Path.class)
            .help("PEM file with the authorities of client certificates; if set, clients are asked for one");

    final Setting<TlsSettings.ClientCertificate> tlsClientCertificate = setting(
                    "tls.client-certificate", TlsSettings.ClientCertificate.REQUIRED)
            .help("Whether clients must have a certificate of client-ca: required or optional");

    final Setting<Duration> strictTransport = setting("tls.hsts", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofDays(730))
            .help(
                    "How long browsers shall use TLS only for this host, all of its ports included (HSTS); 0 to not say so");

    final TlsSettings tlsSettings =
            new TlsSettings(tlsCertificate, tlsKey, tlsSniCertificates, tlsSniKeys, tlsClientCa, tlsClientCertificate);

    final Setting<Optional<Path>> page = optional("page", Path.class)
            .check(
                    folder -> folder.isEmpty() || StaticFiles.isSite(folder.get()),
                    "is not a folder with an index.html, which http.page serves at /")
            .help("Folder with your own page: index.html is served at /, its other files below /-/page/");

    final Setting<Boolean> dashboard = setting("dashboard", true)
            .help("Whether to serve the dashboard: at / if there is no page of your own, and at /-/dashboard");

    final Setting<Optional<String>> advertise = optional("advertise", String.class)
            .check(
                    url -> url.isEmpty() || OriginPolicy.isOrigin(url.get()),
                    "is not a URL such as \"https://node2.example.org\"")
            .restartRequired()
            .help("URL at which browsers reach this node, if it is not http:// or https:// and the bind address");

    final Setting<CompressionScope> compression = setting("compression", CompressionScope.PAGES)
            .help("What is compressed for clients that accept it: none, pages, or all, which includes messages; see"
                    + " docs/security.md before you use all");

    final Setting<Size> maxBody = setting("max-body", Size.ofMebibytes(1))
            .between(Size.ofBytes(1), Size.ofMebibytes(1024))
            .help("Maximum length of a message");

    final Setting<Size> maxBodyMemory = setting("max-body-memory", DEFAULT_BODY_MEMORY)
            .between(Size.ofMebibytes(1), Size.ofMebibytes(1024 * 1024))
            .help("Memory for request bodies that are being received; at least max-body is available");

    final Setting<Size> maxBodyMemoryPerAddress = setting("max-body-memory-per-address", Size.ofMebibytes(8))
            .between(Size.ofMebibytes(1), Size.ofMebibytes(1024 * 1024))
            .help("Part of max-body-memory that one address, or one IPv6 /64, may use");

    final Setting<Size> maxBodyMemoryPerUser = setting("max-body-memory-per-user", Size.ofBytes(0))
            .between(Size.ofBytes(0), Size.ofMebibytes(1024 * 1024))
            .help("Part of max-body-memory that one user may use, from all addresses; 0 is unlimited");

    final Setting<Integer> maxConnections =
            setting("max-connections", 10_000).between(1, 1_000_000).help("Maximum number of open connections");

    final Setting<Integer> maxPerAddress = setting("max-connections-per-address", 1_000)
            .between(1, 1_000_000)
            .help("Maximum number of open connections from one address, or one IPv6 /64");

    final Setting<Integer> maxStreams = setting("max-streams-per-connection", 1_000)
            .between(1, 1_000_000)
            .help(
                    "Maximum number of open streams of one HTTP/2 connection; each counts as a connection of its address");

    final Setting<Integer> maxStreamsPerUser = setting("max-streams-per-user", 0)
            .between(0, 1_000_000)
            .help("Maximum number of open streams and WebSockets of one user; 0 is unlimited");

    final Setting<Integer> maxPublishRate = setting("max-publish-rate-per-client", 0)
            .between(0, 1_000_000)
            .help("Maximum number of messages per second that one client may publish: a user, or without credentials an"
                    + " address or IPv6 /64; 0 is unlimited");

    final Setting<Integer> maxPublishBurst = setting("max-publish-burst-per-client", 0)
            .between(0, 1_000_000)
            .help(
                    "Maximum number of messages that it may publish at once, after a pause; 0 is as many as in one second");

    final Setting<Integer> maxSubscribers = setting("max-subscribers", 10_000)
            .between(1, 1_000_000)
            .help("Maximum number of connections that subscribe to one channel");

    final Setting<Integer> maxSubscriptions = setting("max-subscriptions", 100)
            .between(1, 100_000)
            .help("Maximum number of subscriptions of one WebSocket of the protocol ginkgo.v1");

    final Setting<Integer> maxSubscriptionsPerAddress = setting("max-subscriptions-per-address", 1_000)
            .between(1, 10_000_000)
            .help("Maximum number of subscriptions of all such WebSockets from one address, or one IPv6 /64");

    final Setting<Integer> maxSubscriptionsPerUser = setting("max-subscriptions-per-user", 0)
            .between(0, 10_000_000)
            .help("Maximum number of subscriptions of all such WebSockets of one user; 0 is unlimited");

    final Setting<Integer> maxPatternsPerUser = setting("max-patterns-per-user", 0)
            .between(0, 1_000_000)
            .help(
                    "Maximum number of different patterns, lists and conflated channels to which one user subscribes; 0 is"
                            + " unlimited");

    final Setting<Duration> requestTimeout = setting("request-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Maximum time for a request to arrive, and for its response to be read");

    final Setting<Duration> idleTimeout = setting("idle-timeout", Duration.ofSeconds(60))
            .between(Duration.ofMillis(10), Duration.ofDays(1))
            .help("Maximum time between two requests on a connection");

    final Setting<Duration> heartbeat = setting("heartbeat", Duration.ofSeconds(15))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Time without output after which a stream gets a heartbeat");

    final Setting<Duration> maxLifetime = setting("max-lifetime", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofDays(365))
            .help("Maximum lifetime of a stream, after which its client reconnects; 0 is unlimited");

    final Setting<Duration> drainDelay = setting("drain-delay", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("How long a graceful shutdown serves on after /-/health/ready has begun to fail");

    final Setting<Duration> drainTime = setting("drain-time", Duration.ofMillis(500))
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("Time over which a graceful shutdown spreads the ends of the streams");

    private final AuthenticationService authentication;

    HttpFrontendSettings(AuthenticationService authentication) {
        this.authentication = authentication;
    }

    final AuthenticationService authentication() {
        return authentication;
    }
}
