package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionInitializer;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.NettyServer;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.site.StaticFiles;
import dev.ginkgo.hub.http.site.StaticSiteHandler;
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
 * The hub's HTTP port: publish by POST, read by GET; see {@code docs/http.md}. Ready means: bound and accepting.
 *
 * <p>Connections live on a few event loops; nothing blocks there. What takes time is done by tasks: keep-alives, and
 * the end of connections that keep us waiting.
 */
public final class HttpFrontend extends Service {
    private static final Duration DEADLINE_CHECK_INTERVAL = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Setting<Boolean> enabled = setting("enabled", true)
            .restartRequired()
            .help("Whether to listen at all; if not, only programs in here use the hub");

    private final Setting<Boolean> anonymous = setting("anonymous", false)
            .restartRequired()
            .help("Whether anybody who reaches the port may publish and read; needed to bind beyond loopback");

    private final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:8088"))
            .check(
                    (address, all) -> address.isLoopback() || all.get(anonymous),
                    "can be reached from other machines, where nobody is asked who he is; if anybody may publish and"
                            + " read, write anonymous = true beside it, else bind to 127.0.0.1")
            .restartRequired()
            .help("Where to listen; port 0 takes a free one");

    private final Setting<NettyServer.IoTransport> transport = setting("transport", NettyServer.IoTransport.AUTO)
            .restartRequired()
            .help("How the kernel is asked: auto, epoll or nio");

    private final Setting<Integer> loops = setting("loops", 0)
            .between(0, 1024)
            .restartRequired()
            .help("How many threads carry the connections; 0 is one for each processor");

    private final Setting<List<String>> allowedOrigins = list("allowed-origins", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isOrigin),
                    "is no list of origins such as \"https://example.org\"")
            .help("Other origins whose pages may use the hub, such as \"https://example.org\"");

    private final Setting<List<String>> allowedHosts = list("allowed-hosts", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isHost),
                    "is no list of hosts such as \"hub.example.org\"")
            .help("Names by which the hub may be called besides localhost; if given, it answers to no other");

    private final Setting<Optional<Path>> page = optional("page", Path.class)
            .check(
                    folder -> folder.isEmpty() || StaticFiles.isSite(folder.get()),
                    "is no folder with an index.html in it, which http.page shows at /")
            .help("The folder of a page of your own: its index.html is at /, its other files below /-/page/");

    private final Setting<Optional<String>> advertise = optional("advertise", String.class)
            .check(
                    url -> url.isEmpty() || OriginPolicy.isOrigin(url.get()),
                    "is no address such as \"https://node2.example.org\"")
            .restartRequired()
            .help("Where browsers reach this node, if that is not http:// and the bind address");

    private final Setting<Size> maxBody = setting("max-body", Size.ofMebibytes(1))
            .between(Size.ofBytes(1), Size.ofMebibytes(1024))
            .help("The longest message that may be posted");

    private final Setting<Integer> maxConnections =
            setting("max-connections", 10_000).between(1, 1_000_000).help("How many connections may be open at a time");

    private final Setting<Integer> maxPerAddress = setting("max-connections-per-address", 1_000)
            .between(1, 1_000_000)
            .help("How many of them from one address; raise it behind a proxy");

    private final Setting<Integer> maxSubscribers =
            setting("max-subscribers", 10_000).between(1, 1_000_000).help("How many connections may read one channel");

    private final Setting<Duration> requestTimeout = setting("request-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("How long a request may take to come in, and its answer to be taken");

    private final Setting<Duration> idleTimeout = setting("idle-timeout", Duration.ofSeconds(60))
            .between(Duration.ofMillis(10), Duration.ofDays(1))
            .help("How long a connection may wait for its next request");

    private final Setting<Duration> heartbeat = setting("heartbeat", Duration.ofSeconds(15))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("After how much silence a stream gets a sign of life");

    private final Setting<Duration> maxLifetime = setting("max-lifetime", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofDays(365))
            .help("After how long at most a stream is ended, and its reader comes back; 0 is never");

    private final Setting<Duration> drainDelay = setting("drain-delay", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("How long a stop serves on while /-/health/ready already says no");

    private final Setting<Duration> drainTime = setting("drain-time", Duration.ofMillis(500))
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("Over how much time a stop spreads the end of the streams");

    private final Supplier<? extends HttpBackend> backend;
    private final RouteFactory routes;
    private final ClusterWebDirectory directory;
    private final StaticSiteHandler staticSiteHandler = new StaticSiteHandler();
    private final RandomGenerator random;

    private volatile @Nullable Run run;

    /** What one run has. */
    private record Run(
            Channel listener, ConnectionInitializer connections, StreamRegistry open, GracefulShutdown drain) {}

    /**
     * Declares the front of a hub.
     *
     * @param backend asked for at each start
     * @param routes makes what is served besides channels and the page of {@code http.page}
     */
    public HttpFrontend(
            Supplier<? extends HttpBackend> backend,
            RouteFactory routes,
            ClusterWebDirectory clusterWebDirectory,
            RandomGenerator random) {
        this.backend = requireNonNull(backend, "backend is null");
        this.routes = requireNonNull(routes, "routes is null");
        this.directory = requireNonNull(clusterWebDirectory, "neighbours is null");
        this.random = requireNonNull(random, "random is null");
    }

    /**
     * Where it listens, with the real port where the setting said 0.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Address address() {
        Run now = run;
        if (now == null
                || !now.listener.isOpen()
                || !(now.listener.localAddress() instanceof InetSocketAddress local)) {
            throw new IllegalStateException("the hub does not listen; ask for its address between start and stop");
        }
        return new Address(bind.get().host(), local.getPort());
    }

    @Override
    protected void onStart() throws Exception {
        if (!enabled.get()) {
            return;
        }
        staticSiteHandler.load(page.get());
        GracefulShutdown gracefulShutdown = new GracefulShutdown(random);
        HttpBackend hub = backend.get();
        StreamRegistry open = new StreamRegistry(maxSubscribers, time(), random);
        ClusterOrigins members = new ClusterOrigins(time());
        closeOnStop(directory.watchOrigins().apply(members::update));
        Router handler = new Router(
                new OriginPolicy(() -> origins(members), allowedHosts),
                routes(open, gracefulShutdown),
                new PublishHandler(
                        hub.publisher(),
                        new IdempotencyCache(time()),
                        () -> maxBody.get().bytes(),
                        gracefulShutdown::isRejecting),
                new SubscribeHandler(hub.streams(), open, gracefulShutdown::isRejecting));
        ConnectionInitializer connectionInitializer = new ConnectionInitializer(
                time(), handler, new ConnectionLimiter(maxConnections, maxPerAddress), timeouts(), hub.counters());

        int threads = loops.get() == 0 ? Runtime.getRuntime().availableProcessors() : loops.get();
        NettyServer nettyServer = closeOnStop(new NettyServer(transport.get(), threads, status().path() + "#loop-"));
        closeOnStop(connectionInitializer);
        Channel listener = nettyServer.listen(bind.get(), bind.describe(), connectionInitializer);
        run = new Run(listener, connectionInitializer, open, gracefulShutdown);
        closeOnStop(() -> listener.close().awaitUninterruptibly());
        log.info("listening on {}", address());
        url().ifPresent(directory.advertise());

        spawn("accept", () -> {
            awaitOpen();
            listener.config().setAutoRead(true);
        });
        every("heartbeat", this::heartbeatCheckInterval, () -> hub.streams().heartbeat(heartbeat.get()));
        every("timeouts", () -> DEADLINE_CHECK_INTERVAL, () -> {
            connectionInitializer.closeExpired();
            open.closeExpired(maxLifetime.get());
        });
    }

    private List<HttpRoute> routes(StreamRegistry open, GracefulShutdown gracefulShutdown) {
        List<HttpRoute> all = new ArrayList<>();
        all.add(staticSiteHandler);
        all.addAll(routes.create(
                new RouteFactory.Context(open::all, gracefulShutdown::isDraining, page -> spawn("page", page::run))));
        return all;
    }

    /** How many connections are open. */
    public int connectionCount() {
        Run now = run;
        return now == null ? 0 : now.connections.size();
    }

    /** All connections that are open. */
    public Collection<Channel> connectedChannels() {
        Run now = run;
        return now == null ? List.of() : now.connections.channels();
    }

    /** The streams that are open. */
    public List<StreamRegistry.OpenStream> openStreams() {
        Run now = run;
        return now == null ? List.of() : now.open.all();
    }

    @Override
    protected void onStop() throws InterruptedException {
        Run now = run;
        if (now != null) {
            now.drain.drain(now.listener, drainDelay.get());
            now.drain.closeConnections(now.connections, now.open, drainTime.get());
        }
    }

    /** A page is read again, so that it can be worked on; one that cannot be read leaves the old one where it is. */
    @Override
    protected void onReload() throws IOException {
        staticSiteHandler.load(page.get());
    }

    /**
     * Where browsers reach this node; empty if it does not listen by its configuration, or listens on all addresses and
     * nobody has said which one is meant.
     */
    public Optional<URI> url() {
        if (!enabled.get()) {
            return Optional.empty();
        }
        return advertise
                .get()
                .or(() -> bind.get().isWildcard() ? Optional.empty() : Optional.of("http://" + address()))
                .map(URI::create);
    }

    private List<String> origins(ClusterOrigins members) {
        List<String> origins = new ArrayList<>(allowedOrigins.get());
        origins.addAll(members.allowed());
        return origins;
    }

    /** Often enough that a silence is never much longer than it may be. */
    private Duration heartbeatCheckInterval() {
        Duration turn = heartbeat.get().dividedBy(10);
        return turn.compareTo(Duration.ofSeconds(1)) < 0 ? turn : Duration.ofSeconds(1);
    }

    private ConnectionDeadline.Timeouts timeouts() {
        return new ConnectionDeadline.Timeouts(idleTimeout, requestTimeout, requestTimeout, () -> CLOSE_TIMEOUT);
    }
}
