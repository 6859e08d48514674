package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.NettyServer;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.site.StaticFiles;
import dev.ginkgo.hub.http.site.StaticSiteHandler;
import dev.ginkgo.hub.http.tls.ReloadingTls;
import dev.ginkgo.hub.http.tls.TlsSettings;
import dev.ginkgo.hub.http.tls.TlsThreads;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * HTTP front of the hub: {@code POST} publishes, {@code GET} subscribes; see {@code docs/http.md}. The service is ready
 * when the port is bound and accepts connections.
 *
 * <p>Connections are served by a few event loops, which never block. Tasks of the service send heartbeats, enforce
 * timeouts and build responses that take long.
 */
public final class HttpFrontend extends Service {
    private static final Duration DEADLINE_CHECK_INTERVAL = Duration.ofMillis(500);
    private static final Duration CERTIFICATE_CHECK_INTERVAL = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final Size DEFAULT_BODY_MEMORY = Size.ofBytes(
            Math.min(Runtime.getRuntime().maxMemory() / 8, Size.ofMebibytes(32).bytes()));

    private final Setting<Boolean> enabled = setting("enabled", true)
            .restartRequired()
            .help("Whether to listen; if not, only the hub's own program uses it");

    private final Setting<Boolean> anonymous = setting("anonymous", false)
            .restartRequired()
            .help("Whether anyone who reaches the port may publish and subscribe; required to bind beyond loopback");

    private final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:8088"))
            .check(
                    (address, all) -> address.isLoopback() || all.get(anonymous),
                    "can be reached from other machines, and there is no authentication; set anonymous = true if anyone"
                            + " may publish and subscribe, else bind to 127.0.0.1")
            .restartRequired()
            .help("Where to listen; port 0 takes a free port");

    private final Setting<NettyServer.IoTransport> transport = setting("transport", NettyServer.IoTransport.AUTO)
            .restartRequired()
            .help("I/O mechanism: epoll, nio, or auto, which is epoll where available");

    private final Setting<Integer> loops = setting("loops", 0)
            .between(0, 1024)
            .restartRequired()
            .help("Number of event loops, each a thread; 0 is one per processor");

    private final Setting<List<String>> allowedOrigins = list("allowed-origins", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isOrigin),
                    "is not a list of origins such as \"https://example.org\"")
            .help("Origins whose pages may use the hub, besides its own, such as \"https://example.org\"");

    private final Setting<List<String>> allowedHosts = list("allowed-hosts", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isHost),
                    "is not a list of host names such as \"hub.example.org\"")
            .help("Host names of the hub, besides localhost; if set, requests with any other Host are rejected");

    private final Setting<Optional<Path>> tlsKey = optional("tls.key", Path.class)
            .restartRequired()
            .help("PEM file with the private key, not encrypted, in PKCS #8 form");

    private final Setting<Optional<Path>> tlsCertificate = optional("tls.certificate", Path.class)
            .check(
                    (file, all) -> file.isPresent() == all.get(tlsKey).isPresent(),
                    "is incomplete: TLS needs both http.tls.certificate and http.tls.key")
            .restartRequired()
            .help("PEM file with the certificate chain; the hub uses TLS if it is set, and reloads changed files");

    private final Setting<List<Path>> tlsSniKeys =
            list("tls.sni-keys", Path.class).help("Private keys of sni-certificates, in the same order");

    private final Setting<List<Path>> tlsSniCertificates = list("tls.sni-certificates", Path.class)
            .check((files, all) -> files.size() == all.get(tlsSniKeys).size(), "must have as many entries as sni-keys")
            .help("Further certificate chains, selected by the host name that the client requests");

    private final Setting<Optional<Path>> tlsClientCa = optional("tls.client-ca", Path.class)
            .help("PEM file with the authorities of client certificates; if set, clients are asked for one");

    private final Setting<TlsSettings.ClientCertificate> tlsClientCertificate = setting(
                    "tls.client-certificate", TlsSettings.ClientCertificate.REQUIRED)
            .help("Whether clients must have a certificate of client-ca: required or optional");

    private final TlsSettings tlsSettings =
            new TlsSettings(tlsCertificate, tlsKey, tlsSniCertificates, tlsSniKeys, tlsClientCa, tlsClientCertificate);

    private final Setting<Optional<Path>> page = optional("page", Path.class)
            .check(
                    folder -> folder.isEmpty() || StaticFiles.isSite(folder.get()),
                    "is not a folder with an index.html, which http.page serves at /")
            .help("Folder with your own page: index.html is served at /, its other files below /-/page/");

    private final Setting<Boolean> dashboard = setting("dashboard", true)
            .help("Whether to serve the dashboard: at / if there is no page of your own, and at /-/dashboard");

    private final Setting<Optional<String>> advertise = optional("advertise", String.class)
            .check(
                    url -> url.isEmpty() || OriginPolicy.isOrigin(url.get()),
                    "is not a URL such as \"https://node2.example.org\"")
            .restartRequired()
            .help("URL at which browsers reach this node, if it is not http:// or https:// and the bind address");

    private final Setting<Size> maxBody = setting("max-body", Size.ofMebibytes(1))
            .between(Size.ofBytes(1), Size.ofMebibytes(1024))
            .help("Maximum length of a message");

    private final Setting<Size> maxBodyMemory = setting("max-body-memory", DEFAULT_BODY_MEMORY)
            .between(Size.ofMebibytes(1), Size.ofMebibytes(1024 * 1024))
            .help("Memory for request bodies that are being received; at least max-body is available");

    private final Setting<Size> maxBodyMemoryPerAddress = setting("max-body-memory-per-address", Size.ofMebibytes(8))
            .between(Size.ofMebibytes(1), Size.ofMebibytes(1024 * 1024))
            .help("Part of max-body-memory that one address, or one IPv6 /64, may use; raise it behind a proxy");

    private final Setting<Integer> maxConnections =
            setting("max-connections", 10_000).between(1, 1_000_000).help("Maximum number of open connections");

    private final Setting<Integer> maxPerAddress = setting("max-connections-per-address", 1_000)
            .between(1, 1_000_000)
            .help("Maximum number of open connections from one address, or one IPv6 /64; raise it behind a proxy");

    private final Setting<Integer> maxStreams = setting("max-streams-per-connection", 1_000)
            .between(1, 1_000_000)
            .help(
                    "Maximum number of open streams of one HTTP/2 connection; each counts as a connection of its address");

    private final Setting<Integer> maxSubscribers = setting("max-subscribers", 10_000)
            .between(1, 1_000_000)
            .help("Maximum number of connections that subscribe to one channel");

    private final Setting<Duration> requestTimeout = setting("request-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Maximum time for a request to arrive, and for its response to be read");

    private final Setting<Duration> idleTimeout = setting("idle-timeout", Duration.ofSeconds(60))
            .between(Duration.ofMillis(10), Duration.ofDays(1))
            .help("Maximum time between two requests on a connection");

    private final Setting<Duration> heartbeat = setting("heartbeat", Duration.ofSeconds(15))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Time without output after which a stream gets a heartbeat");

    private final Setting<Duration> maxLifetime = setting("max-lifetime", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofDays(365))
            .help("Maximum lifetime of a stream, after which its client reconnects; 0 is unlimited");

    private final Setting<Duration> drainDelay = setting("drain-delay", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("How long a graceful shutdown serves on after /-/health/ready has begun to fail");

    private final Setting<Duration> drainTime = setting("drain-time", Duration.ofMillis(500))
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("Time over which a graceful shutdown spreads the ends of the streams");

    private final Supplier<? extends HttpBackend> backend;
    private final RouteFactory routeFactory;
    private final ClusterWebDirectory webDirectory;
    private final StaticSiteHandler staticSiteHandler = new StaticSiteHandler();
    private final RandomGenerator random;

    private volatile @Nullable Run run;

    /** State of one run. */
    private record Run(
            Channel listener,
            ConnectionInitializer connections,
            StreamRegistry streams,
            GracefulShutdown shutdown,
            @Nullable ReloadingTls tls) {}

    /**
     * Declares the HTTP front of a hub.
     *
     * @param backend returns the running hub; called at each start
     * @param routeFactory creates the routes in addition to channels and the page of {@code http.page}
     * @param webDirectory web addresses of the other nodes
     * @param random spreads the ends of streams
     */
    public HttpFrontend(
            Supplier<? extends HttpBackend> backend,
            RouteFactory routeFactory,
            ClusterWebDirectory webDirectory,
            RandomGenerator random) {
        this.backend = requireNonNull(backend, "backend is null");
        this.routeFactory = requireNonNull(routeFactory, "routeFactory is null");
        this.webDirectory = requireNonNull(webDirectory, "webDirectory is null");
        this.random = requireNonNull(random, "random is null");
    }

    /**
     * Returns the address on which the hub listens, with the actual port if the setting has port 0.
     *
     * @throws IllegalStateException if the hub does not listen
     */
    public Address address() {
        Run now = run;
        if (now == null
                || !now.listener.isOpen()
                || !(now.listener.localAddress() instanceof InetSocketAddress local)) {
            throw new IllegalStateException("the hub does not listen; its address is available between start and stop");
        }
        return new Address(bind.get().host(), local.getPort());
    }

    @Override
    protected void onStart() throws Exception {
        if (!enabled.get()) {
            return;
        }
        staticSiteHandler.load(page.get());
        GracefulShutdown shutdown = new GracefulShutdown(random);
        HttpBackend hub = backend.get();
        StreamRegistry streams = new StreamRegistry(maxSubscribers, time(), random);
        ClusterOrigins members = new ClusterOrigins(time());
        closeOnStop(webDirectory.watchOrigins().apply(members::update));
        Router router = new Router(
                new OriginPolicy(() -> origins(members), allowedHosts),
                routes(streams, shutdown),
                new PublishHandler(
                        hub.publisher(),
                        hub.idempotencyCache(),
                        new BodyBudget(
                                () -> maxBodyMemory.get().bytes(),
                                () -> maxBodyMemoryPerAddress.get().bytes(),
                                () -> maxBody.get().bytes()),
                        shutdown::isRejecting),
                new SubscribeHandler(hub.streams(), streams, shutdown::isRejecting));
        ConnectionInitializer connections = new ConnectionInitializer(
                time(),
                router,
                new ConnectionLimiter(maxConnections, maxPerAddress),
                maxStreams,
                timeouts(),
                hub.counters());

        ReloadingTls tls = tlsSettings.isEnabled() ? new ReloadingTls(tlsSettings, this::now, log) : null;
        if (tls != null) {
            connections.useTls(tls::current, closeOnStop(new TlsThreads(status().path() + "#tls-")));
        }

        int threads = loops.get() == 0 ? Runtime.getRuntime().availableProcessors() : loops.get();
        NettyServer nettyServer = closeOnStop(new NettyServer(transport.get(), threads, status().path() + "#loop-"));
        closeOnStop(connections);
        Channel listener = nettyServer.listen(bind.get(), bind.describe(), connections);
        run = new Run(listener, connections, streams, shutdown, tls);
        closeOnStop(() -> listener.close().awaitUninterruptibly());
        log.info("listening on {}", address());
        url().ifPresent(webDirectory.advertise());

        spawn("accept", () -> {
            awaitOpen();
            listener.config().setAutoRead(true);
        });
        every("heartbeat", this::heartbeatCheckInterval, () -> hub.streams().heartbeat(heartbeat.get()));
        every("timeouts", () -> DEADLINE_CHECK_INTERVAL, () -> {
            connections.closeExpired();
            streams.closeExpired(maxLifetime.get());
        });
        if (tls != null) {
            every("certificates", CERTIFICATE_CHECK_INTERVAL, tls::reloadIfChanged);
        }
    }

    private List<HttpRoute> routes(StreamRegistry streams, GracefulShutdown shutdown) {
        List<HttpRoute> all = new ArrayList<>();
        all.add(staticSiteHandler);
        all.addAll(routeFactory.create(
                new RouteFactory.Context(streams::all, shutdown::isDraining, page -> spawn("page", page::run))));
        return all;
    }

    /** Returns whether the port requires TLS. */
    public boolean isSecure() {
        return tlsSettings.isEnabled();
    }

    /** Returns whether the dashboard is served. */
    public boolean hasDashboard() {
        return dashboard.get();
    }

    /** Returns the number of open connections. */
    public int connectionCount() {
        Run now = run;
        return now == null ? 0 : now.connections.size();
    }

    /** Returns the open connections. */
    public Collection<Channel> openConnections() {
        Run now = run;
        return now == null ? List.of() : now.connections.channels();
    }

    /** Returns the open streams. */
    public List<StreamRegistry.OpenStream> openStreams() {
        Run now = run;
        return now == null ? List.of() : now.streams.all();
    }

    @Override
    protected void onStop() throws InterruptedException {
        Run now = run;
        if (now != null) {
            now.shutdown.drain(now.listener, drainDelay.get());
            now.shutdown.closeConnections(now.connections, now.streams, drainTime.get());
        }
    }

    /** Reads the certificates and the page of {@code http.page} again. If one cannot be read, the
     * previous one stays in use. */
    @Override
    protected void onReload() throws IOException {
        Run now = run;
        try {
            if (now != null && now.tls != null) {
                now.tls.reload();
            }
        } finally {
            staticSiteHandler.load(page.get());
        }
    }

    /**
     * Returns the URL at which browsers reach this node; empty if the hub is configured not to listen, or listens on all
     * addresses and {@code http.advertise} is not set.
     */
    public Optional<URI> url() {
        if (!enabled.get()) {
            return Optional.empty();
        }
        return advertise
                .get()
                .or(() -> bind.get().isWildcard()
                        ? Optional.empty()
                        : Optional.of((tlsSettings.isEnabled() ? "https://" : "http://") + address()))
                .map(URI::create);
    }

    private List<String> origins(ClusterOrigins members) {
        List<String> origins = new ArrayList<>(allowedOrigins.get());
        origins.addAll(members.allowed());
        return origins;
    }

    /** Short enough that heartbeats are at most a tenth of their interval late, and at most one second. */
    private Duration heartbeatCheckInterval() {
        Duration interval = heartbeat.get().dividedBy(10);
        return interval.compareTo(Duration.ofSeconds(1)) < 0 ? interval : Duration.ofSeconds(1);
    }

    private ConnectionDeadline.Timeouts timeouts() {
        return new ConnectionDeadline.Timeouts(idleTimeout, requestTimeout, requestTimeout, () -> CLOSE_TIMEOUT);
    }
}
