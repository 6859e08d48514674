package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.ServiceSelector;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.admin.AdminRouter;
import dev.ginkgo.hub.admin.SubscriberLagCollector;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.ClusterWebDirectory;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.log.ReplicationOutput;
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
import dev.ginkgo.hub.replication.Replication;
import dev.ginkgo.hub.replication.StoreReplicationSink;
import dev.ginkgo.hub.replication.local.LocalNetwork;
import dev.ginkgo.hub.replication.local.LocalTransport;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportProvider;
import dev.ginkgo.internal.concurrent.TaskScope;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe. Anybody may publish on a channel, whose name is a path, and all who read it at that moment
 * get it: programs here, and connections from outside.
 *
 * <pre>{@code
 * final MessageHub hub = add("hub", new MessageHub());
 * …
 * hub.publish("/numbers", "42");
 * }</pre>
 *
 * <p>A publish never waits for a reader. A reader that is too slow loses messages, and is told; see {@link
 * Subscription}. The messages of all channels live in memory, within {@code store.budget}, and are gone when the hub
 * stops. Its methods may be called from any thread while the hub runs.
 */
public final class MessageHub extends Service {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration CONFLATION_PERIOD = Duration.ofMillis(50);

    private final Setting<Size> budget = setting("store.budget", Size.ofMebibytes(64))
            .between(Size.ofKibibytes(64), Size.of("1TiB"))
            .help("The memory for messages; an eighth of it is the most that one message may take");

    private final Setting<Integer> historyCount =
            setting("history.count", 1_000).between(1, 10_000_000).help("How many messages of one channel are kept");

    private final Setting<Duration> historyGrace = setting("history.grace", Duration.ofSeconds(1))
            .between(Duration.ZERO, Duration.ofMinutes(1))
            .help("For how long messages beyond history.count are kept all the same while the channel has readers");

    private final Setting<Duration> historyAge = setting("history.age", Duration.ofMinutes(10))
            .between(Duration.ofSeconds(1), Duration.ofDays(365))
            .help("How long a message is kept");

    private final Setting<Integer> maxChannels = setting("max-channels", 10_000)
            .between(1, 10_000_000)
            .help("How many channels there may be: those with messages or readers");

    private final Setting<Integer> maxPatterns = setting("max-patterns", 1_000)
            .between(0, 1_000_000)
            .help("How many different patterns, lists and conflated channels may be read at a time");

    private final Setting<Integer> maxPatternsPerAddress = setting("max-patterns-per-address", 100)
            .between(0, 1_000_000)
            .help("How many of them by connections from one address");

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a reader may let one write wait before its connection is ended");

    final Optional<Replication> replication;
    final HttpFrontend http;
    private final EpochFence epochFence = new EpochFence();
    private final ByteBufAllocator allocator;
    private final RandomGenerator random;
    private long incarnation;

    private volatile @Nullable HubRuntime hubRuntime;

    /** A hub of its own, that knows of no other node. */
    public MessageHub() {
        this(ByteBufAllocator.DEFAULT, new Random(), null, new LocalNetwork());
    }

    /**
     * The hub of a node: what is published on any node of the cluster is read on all of them. The transport that
     * {@code [hub.transport]} names carries it; {@code local}, the default, reaches nobody outside this process. It
     * shows the other members the address of its pages, and lets theirs use it.
     *
     * @param cluster started before this hub, so declared before it
     */
    public MessageHub(Cluster cluster) {
        this(cluster, new LocalNetwork());
    }

    /** The same, but by the transport {@code local} it reaches the hubs of that network: several nodes in one process. */
    public MessageHub(Cluster cluster, LocalNetwork network) {
        this(
                ByteBufAllocator.DEFAULT,
                new Random(),
                requireNonNull(cluster, "cluster is null: is its field declared further down?"),
                requireNonNull(network, "network is null"));
    }

    /** With memory and chance of a test's making. */
    MessageHub(ByteBufAllocator allocator, RandomGenerator random) {
        this(allocator, random, null, new LocalNetwork());
    }

    private MessageHub(
            ByteBufAllocator allocator, RandomGenerator random, @Nullable Cluster cluster, LocalNetwork network) {
        this.allocator = allocator;
        this.random = random;
        this.replication = Optional.ofNullable(cluster).map(members -> replication(members, network));
        ClusterWebDirectory clusterWebDirectory =
                cluster == null ? ClusterWebDirectory.none() : ClusterWebDirectory.of(cluster);
        this.http = add("http", new HttpFrontend(this::core, this::routes, clusterWebDirectory, random));
        lifecycle(Lifecycle.standard().hookBeforeChildren()); // the front is open only while there is a store
    }

    private Replication replication(Cluster cluster, LocalNetwork network) {
        Map<String, Supplier<? extends Transport>> engines = new HashMap<>();
        engines.put("local", () -> new LocalTransport(network));
        ServiceLoader.load(TransportProvider.class).forEach(engine -> engines.put(engine.name(), engine::create));
        ServiceSelector<Transport> transport = select("transport", "local", engines);
        return add(
                "replication",
                new Replication(
                        cluster, transport, () -> new StoreReplicationSink(core().store(), time()), () -> epochFence));
    }

    @Override
    protected void onStart() {
        TimeSource timeSource = time();
        Counters counters = new Counters();
        StoreLimits limits = new StoreLimits(budget, historyCount, historyGrace, historyAge, maxChannels, maxPatterns);
        Store opened = closeOnStop(store(limits, counters));
        DeliveryEngine streams =
                closeOnStop(new DeliveryEngine(opened, allocator, timeSource, random, counters, maxPatternsPerAddress));
        hubRuntime = new HubRuntime(opened, streams, counters);
        every("old-messages", () -> SECOND, opened::evict);
        every("conflation", () -> opened.hasConflation() ? CONFLATION_PERIOD : SECOND, opened::flush);
        every("stuck-writes", this::stallCheckInterval, () -> streams.closeStalledWrites(writeTimeout.get()));
    }

    private Store store(StoreLimits limits, Counters counters) {
        Replication others = replication.orElse(null);
        if (others == null) {
            incarnation = Math.max(incarnation + 1, now().toEpochMilli());
            return new Store(limits, time(), incarnation, counters);
        }
        HubRuntime before = hubRuntime;
        NodeIncarnation self = others.self();
        boolean again = self.incarnation() == incarnation; // this hub has restarted, and its cluster has not
        long last = before != null && again ? before.store().snapshots.publishedCount() : 0;
        incarnation = self.incarnation();
        return new Store(limits, time(), new ReplicationOutput(self, last, others::send), epochFence, counters);
    }

    private List<HttpRoute> routes(RouteFactory.Context front) {
        Store store = core().store();
        return List.of(AdminRouter.of(front, this::readings, () -> Ginkgo.rootStatus(this), store::channels, time()));
    }

    private PeerSummary peers() {
        return replication.map(others -> others.peers(epochFence.rejected())).orElse(PeerSummary.NONE);
    }

    /** The pause between two looks for stuck writes: short beside the timeout, and beside a reload of it. */
    private Duration stallCheckInterval() {
        Duration quarter = writeTimeout.get().dividedBy(4);
        return quarter.compareTo(SECOND) < 0 ? quarter : SECOND;
    }

    /**
     * Publishes a text.
     *
     * @param channel the channel's name, such as {@code /numbers}: not percent-encoded
     * @throws InvalidChannelException if that is no channel
     * @throws IllegalArgumentException if the text holds half a surrogate pair
     * @throws HubRejectedException if the message is too large, there are too many channels, or the hub does not run
     */
    public PublishResult publish(String channel, String text) {
        return publisher().publish(ChannelName.of(channel), Payload.text(text));
    }

    /**
     * Publishes bytes, which need be no text.
     *
     * @throws InvalidChannelException if that is no channel
     * @throws HubRejectedException if the message is too large, there are too many channels, or the hub does not run
     */
    public PublishResult publish(String channel, byte[] bytes) {
        return publisher().publish(ChannelName.of(channel), Payload.binary(bytes.clone()));
    }

    /**
     * Publishes a text that only the leader may publish. The lease is looked at when the message is put into the log,
     * so that nothing is published by a node that was frozen in between.
     *
     * @throws dev.ginkgo.cluster.LeaseExpiredException if the lease has run out; nothing was published
     * @throws InvalidChannelException if that is no channel
     * @throws IllegalArgumentException if the text holds half a surrogate pair
     * @throws HubRejectedException if the message is too large, there are too many channels, or the hub does not run
     */
    public PublishResult publish(String channel, String text, Lease lease) {
        return core().store()
                .publish(ChannelName.of(channel), Payload.text(text), requireNonNull(lease, "lease is null"));
    }

    /**
     * Begins to read, with the next message that is published. The same as {@link #subscribe(String, Since)} with
     * {@link Since.Point#NONE}.
     *
     * @throws InvalidChannelException if that is no channel, pattern or list
     * @throws HubRejectedException if there are too many channels or patterns, or the hub does not run
     */
    public Subscription subscribe(String channels) {
        return subscribe(channels, Since.Point.NONE);
    }

    /**
     * Begins to read a channel, a pattern or a list. To be closed; if it is made by a task of a service, it is closed
     * at the latest when that task ends. If not everything from that point on is held any more, the first thing that
     * it gets is a gap.
     *
     * @param channels a name such as {@code /numbers}; a pattern, in which {@code *} stands for one whole segment and
     *     {@code >} at the end for one or more; or several of these, with commas: {@code /a,/room/>}
     * @param since from where on
     * @throws InvalidChannelException if that is no channel, pattern or list
     * @throws HubRejectedException if there are too many channels or patterns, or the hub does not run
     */
    public Subscription subscribe(String channels, Since since) {
        HubRuntime now = core();
        Subscription subscription = Subscription.open(
                now.store(), SubscribeRequest.of(ChannelSelector.of(channels), since), time(), now.counters());
        TaskScope.closeAtEnd(subscription);
        return subscription;
    }

    /**
     * What the hub holds now, and has done since its start.
     *
     * @throws HubRejectedException if it has not started yet
     */
    public HubStats stats() {
        HubRuntime now = core();
        return HubStats.of(now.counters(), now.store().usage());
    }

    /**
     * Where the hub listens for HTTP, with the real port where {@code http.bind} said 0.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Address address() {
        return http.address();
    }

    /**
     * Where browsers reach the hub: {@code http.advertise}, or the address where it listens. Empty if it listens on
     * all addresses of the machine and {@code http.advertise} does not say which one is meant, or if {@code http.enabled}
     * is false.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Optional<URI> url() {
        return http.url();
    }

    /**
     * Waits until the hub of every other node in the roster hears this one: what is published from then on comes to all
     * of them, or they tell their readers a gap. A hub without others does not wait.
     *
     * @return whether they do; false after that time, or if the hub stops
     */
    public boolean awaitPeers(Duration atMost) throws InterruptedException {
        Replication others = replication.orElse(null);
        return others == null || others.awaitPeers(atMost);
    }

    /** Where the front puts what it was sent. */
    Publisher publisher() {
        return core().store();
    }

    /** Where the front puts its connections. */
    StreamAttacher streams() {
        return core().streams();
    }

    /** What {@link HubMeters} shows. */
    MetricsSnapshot readings() {
        HubRuntime now = core();
        return new MetricsSnapshot(now.store().usage(), now.counters(), http.connectionCount(), peers());
    }

    /** How far behind its readers over HTTP are; not to be called by an event loop. */
    LagSummary depth() throws InterruptedException {
        return SubscriberLagCollector.summarize(http.openStreams());
    }

    private HubRuntime core() {
        HubRuntime now = hubRuntime;
        if (now == null) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.STOPPED, "the hub does not run yet: use it between start and stop");
        }
        return now;
    }
}
