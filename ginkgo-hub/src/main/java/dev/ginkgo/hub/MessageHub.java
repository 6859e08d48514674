package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.access.AuthenticationService;
import dev.ginkgo.hub.admin.SubscriberLagCollector;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.dashboard.HubSampler;
import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.http.ClusterWebDirectory;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.LagSummary;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.metrics.PeerSummary;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.replication.Replication;
import dev.ginkgo.hub.replication.StoreReplicationSink;
import dev.ginkgo.hub.replication.local.LocalNetwork;
import dev.ginkgo.internal.concurrent.TaskScope;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A publish/subscribe hub. A message published on a channel, whose name is a path, is delivered to every current
 * subscriber of that channel: Java subscriptions in this process, and HTTP clients.
 *
 * <pre>{@code
 * final MessageHub hub = add("hub", new MessageHub());
 * …
 * hub.publish("/numbers", "42");
 * }</pre>
 *
 * <p>Publishing never waits for a subscriber. A subscriber that is too slow loses messages and receives a gap instead;
 * see {@link Subscription}. The messages of all channels are held in memory, within {@code store.budget}, and are
 * discarded when the hub stops. All methods may be called from any thread while the hub is running.
 */
public final class MessageHub extends Service {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration CONFLATION_PERIOD = Duration.ofMillis(50);

    private final Setting<Size> budget = setting("store.budget", StoreLimits.DEFAULT_BUDGET)
            .between(Size.ofKibibytes(64), Size.of("1TiB"))
            .help("Memory for messages; one message may use at most an eighth of it");

    private final Setting<Integer> historyCount =
            setting("history.count", 1_000).between(1, 10_000_000).help("Messages retained per channel");

    private final Setting<Duration> historyGrace = setting("history.grace", Duration.ofSeconds(1))
            .between(Duration.ZERO, Duration.ofMinutes(1))
            .help("How long messages beyond history.count are retained while the channel has subscribers");

    private final Setting<Duration> historyAge = setting("history.age", Duration.ofMinutes(10))
            .between(Duration.ofSeconds(1), Duration.ofDays(365))
            .help("How long a message is retained");

    private final Setting<Integer> maxChannels = setting("max-channels", 10_000)
            .between(1, 10_000_000)
            .help("Maximum number of channels that have messages or subscribers");

    private final Setting<Integer> maxPatterns = setting("max-patterns", 1_000)
            .between(0, 1_000_000)
            .help("Maximum number of different patterns, lists and conflated channels with subscribers");

    private final Setting<Integer> maxPatternsPerAddress = setting("max-patterns-per-address", 100)
            .between(0, 1_000_000)
            .help("Maximum number of different patterns, lists and conflated channels per client address");

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long one write to a subscriber may be blocked before its connection is closed");

    final Optional<Replication> replication;
    final HttpFrontend http;
    private final AuthenticationService authentication = add("auth", new AuthenticationService());
    private final Optional<Cluster> cluster;
    private final EpochFence epochFence = new EpochFence();
    private final ByteBufAllocator allocator;
    private final RandomGenerator random;
    private final StoreFactory storeFactory;

    private final MetricsCache metricsCache = new MetricsCache();
    private volatile @Nullable HubRuntime hubRuntime;

    /** Creates a standalone hub, which is not connected to other nodes. */
    public MessageHub() {
        this(ByteBufAllocator.DEFAULT, new Random());
    }

    /**
     * Creates a hub that replicates: a message published on any node of the cluster is delivered on all of them.
     * Messages travel over the transport or the broker selected by {@code [hub.transport]}; the default, {@code local},
     * connects only hubs within this process. The hub announces its web address to the other members, and accepts theirs as origins.
     *
     * @param cluster the cluster to replicate in; it must be declared before this hub, so that it starts first
     */
    public MessageHub(Cluster cluster) {
        this(cluster, new LocalNetwork());
    }

    /**
     * Creates a hub that replicates, as {@link #MessageHub(Cluster)}, and whose transport {@code local} connects it to
     * the other hubs of the given network. Used to run several nodes in one process.
     */
    public MessageHub(Cluster cluster, LocalNetwork network) {
        this(cluster, StoreFactory.engines(requireNonNull(network, "network is null")));
    }

    /** Creates a hub that replicates through one of the given engines, for tests. */
    MessageHub(Cluster cluster, Map<String, Supplier<? extends Service>> engines) {
        this(
                ByteBufAllocator.DEFAULT,
                new Random(),
                requireNonNull(cluster, "cluster is null; declare its field before the hub's"),
                engines);
    }

    /** Creates a standalone hub with a given allocator and source of randomness, for tests. */
    MessageHub(ByteBufAllocator allocator, RandomGenerator random) {
        this(allocator, random, null, Map.of());
    }

    private MessageHub(
            ByteBufAllocator allocator,
            RandomGenerator random,
            @Nullable Cluster cluster,
            Map<String, Supplier<? extends Service>> engines) {
        this.allocator = allocator;
        this.random = random;
        this.cluster = Optional.ofNullable(cluster);
        this.replication = this.cluster.map(members -> replication(members, engines));
        this.storeFactory = new StoreFactory(replication, epochFence);
        ClusterWebDirectory clusterWebDirectory =
                cluster == null ? ClusterWebDirectory.none() : ClusterWebDirectory.of(cluster);
        this.http =
                add("http", new HttpFrontend(this::runtime, this::routes, authentication, clusterWebDirectory, random));
        lifecycle(Lifecycle.standard().hookBeforeChildren()); // HTTP accepts requests only while the store exists
    }

    private Replication replication(Cluster cluster, Map<String, Supplier<? extends Service>> engines) {
        return add(
                "replication",
                new Replication(
                        cluster,
                        select("transport", "local", engines),
                        () -> new StoreReplicationSink(
                                runtime().store(), runtime().idempotencyCache(), time()),
                        () -> epochFence));
    }

    @Override
    protected void onStart() {
        TimeSource timeSource = time();
        Counters counters = new Counters();
        StoreFactory.Opened opened = storeFactory.open(limits(), timeSource, counters);
        Store store = closeOnStop(opened.store());
        DeliveryEngine streams = closeOnStop(new DeliveryEngine(
                store,
                allocator,
                timeSource,
                random,
                counters,
                () -> budget.get().bytes() / 2,
                maxPatternsPerAddress,
                http.prepareSenders()::newSender));
        hubRuntime = new HubRuntime(store, opened.idempotencyCache(), opened.publisher(), streams, counters);
        every("retention", () -> SECOND, store::evict);
        every("conflation", () -> store.hasConflation() ? CONFLATION_PERIOD : SECOND, store::flush);
        every("stuck-writes", this::stallCheckInterval, () -> streams.closeStalledWrites(writeTimeout.get()));
    }

    private StoreLimits limits() {
        return new StoreLimits(budget, historyCount, historyGrace, historyAge, maxChannels, maxPatterns);
    }

    private List<HttpRoute> routes(RouteFactory.Context context) {
        HubSampler.Source source = new HubSampler.Source(
                status().path(),
                this::metrics,
                runtime().store()::channels,
                limits(),
                () -> Ginkgo.rootStatus(this),
                HubPages.clusterSampler(cluster, replication));
        return HubPages.routes(source, http::hasDashboard, context, time());
    }

    private PeerSummary peers() {
        return replication.map(active -> active.peers(epochFence.rejected())).orElse(PeerSummary.NONE);
    }

    /** Interval between checks for stalled writes: short compared with the timeout, and with a reloaded timeout. */
    private Duration stallCheckInterval() {
        Duration quarter = writeTimeout.get().dividedBy(4);
        return quarter.compareTo(SECOND) < 0 ? quarter : SECOND;
    }

    /**
     * Adds an authenticator for HTTP clients, after those that {@code [hub.auth]} configures. A hub with an authenticator
     * admits no client without credentials unless the configuration permits it. Called before the start.
     */
    public void authenticateWith(Authenticator authenticator) {
        authentication.add(requireNonNull(authenticator, "authenticator is null"));
    }

    /**
     * Publishes a text message. Does not block, unless the hub replicates through a broker: then it waits until the broker has
     * stored the message and this hub has read it, for at most {@code replication.publish-timeout}.
     *
     * @param channel the name of the channel, such as {@code /numbers}; not percent-encoded
     * @throws dev.ginkgo.hub.message.UnknownOutcomeException if a broker does not confirm the message in time; it may be
     *     delivered
     * @throws InvalidChannelException if the name is not valid
     * @throws IllegalArgumentException if the text contains an unpaired surrogate
     * @throws HubRejectedException if the message is too large, the limit for channels is reached, the hub is not
     *     running, or its broker is not available
     */
    public PublishResult publish(String channel, String text) {
        return publisher().publish(ChannelName.of(channel), Payload.text(text));
    }

    /**
     * Publishes a binary message, as {@link #publish(String, String)}. The array is copied.
     *
     * @throws dev.ginkgo.hub.message.UnknownOutcomeException if a broker does not confirm the message in time; it may be
     *     delivered
     * @throws InvalidChannelException if the name is not valid
     * @throws HubRejectedException if the message is too large, the limit for channels is reached, the hub is not
     *     running, or its broker is not available
     */
    public PublishResult publish(String channel, byte[] bytes) {
        return publisher().publish(ChannelName.of(channel), Payload.binary(bytes.clone()));
    }

    /**
     * Publishes a text message that only the leader may publish. The lease is checked under the lock under which the
     * message is appended to the log, so a node that was paused in between publishes nothing.
     *
     * <p>Through a broker, the lease is checked before the message is sent and again when this hub has read it. A message that
     * follows one of a later epoch in its stream is delivered by no hub. If this method returns, the lease was valid when the
     * broker stored the message.
     *
     * @throws dev.ginkgo.hub.message.UnknownOutcomeException if a broker does not confirm the message in time, and it may be
     *     delivered; or if it has been delivered, but the lease expired before that was known
     * @throws dev.ginkgo.cluster.LeaseExpiredException if the lease has expired; nothing was published
     * @throws InvalidChannelException if the name is not valid
     * @throws IllegalArgumentException if the text contains an unpaired surrogate
     * @throws HubRejectedException if the message is too large, the limit for channels is reached, the hub is not
     *     running, or its broker is not available
     */
    public PublishResult publish(String channel, String text, Lease lease) {
        requireNonNull(lease, "lease is null");
        return runtime().publish(ChannelName.of(channel), Payload.text(text), lease);
    }

    /**
     * Subscribes, starting with the next message. Equivalent to {@link #subscribe(String, Since)} with {@link
     * Since.Point#NONE}.
     *
     * @throws InvalidChannelException if the channel, pattern or list is not valid
     * @throws HubRejectedException if the limit for channels or patterns is reached, or the hub is not running
     */
    public Subscription subscribe(String channels) {
        return subscribe(channels, Since.Point.NONE);
    }

    /**
     * Subscribes to a channel, a pattern or a list. The caller closes the subscription; one that is opened by a task of
     * a service is closed at the latest when that task ends. One that is opened in a hook, such as {@code onStart}, stays
     * open until it is closed: pass it to {@code closeOnStop}. If some of the requested messages are no longer retained,
     * the subscription starts with a gap.
     *
     * @param channels a name such as {@code /numbers}; a pattern, in which {@code *} matches exactly one segment and
     *     {@code >}, at the end, one or more; or several of these, separated by commas: {@code /a,/room/>}
     * @param since where to start
     * @throws InvalidChannelException if the channel, pattern or list is not valid
     * @throws HubRejectedException if the limit for channels or patterns is reached, or the hub is not running
     */
    public Subscription subscribe(String channels, Since since) {
        HubRuntime runtime = runtime();
        Subscription subscription = Subscription.open(
                runtime.store(), SubscribeRequest.of(ChannelSelector.of(channels), since), time(), runtime.counters());
        TaskScope.closeAtEnd(subscription);
        return subscription;
    }

    /**
     * Returns the current contents of the hub, and its counters since the last start.
     *
     * @throws HubRejectedException if the hub has not been started yet
     */
    public HubStats stats() {
        HubRuntime runtime = runtime();
        return HubStats.of(runtime.counters(), runtime.store().usage());
    }

    /**
     * Returns the address on which the hub listens for HTTP, with the actual port if {@code http.bind} has port 0.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Address address() {
        return http.address();
    }

    /**
     * Returns the URL under which browsers reach the hub: {@code http.advertise}, or the address on which it listens.
     * Empty if {@code http.enabled} is false, or if it listens on all addresses and {@code http.advertise} is not set.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Optional<URI> url() {
        return http.url();
    }

    /** Returns whether the hub requires TLS at that address. */
    public boolean isSecure() {
        return http.isSecure();
    }

    /**
     * Waits until the hub of every other node in the membership receives messages from this one. A message published
     * from then on reaches all of them, or their subscribers receive a gap. A standalone hub returns immediately, and a hub with
     * a broker as soon as that is connected.
     *
     * @return whether all peers are connected; false if the time has elapsed or the hub stops
     */
    public boolean awaitPeers(Duration atMost) throws InterruptedException {
        return replication.isEmpty() || replication.get().awaitPeers(atMost);
    }

    /** Returns the publisher for the HTTP front end. */
    Publisher publisher() {
        return runtime().publisher();
    }

    /** Returns the current metrics. */
    MetricsSnapshot metrics() {
        HubRuntime now = runtime();
        return new MetricsSnapshot(now.store().usage(), now.counters(), http.connectionCount(), peers());
    }

    /** Returns the values for {@link HubMeters}. */
    MetricsSnapshot recentMetrics() {
        return metricsCache.get(runtime().counters(), time().nanos(), this::metrics);
    }

    /** Returns how far the HTTP subscribers are behind; blocks, so an event loop must not call it. */
    LagSummary lag() throws InterruptedException {
        return SubscriberLagCollector.summarize(http.openStreams());
    }

    HubRuntime runtime() {
        HubRuntime runtime = hubRuntime;
        if (runtime == null) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.STOPPED, "the hub is not running; use it between start and stop");
        }
        return runtime;
    }
}
