package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorCapabilities;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.nats.client.NatsConnector;
import dev.ginkgo.nats.client.NatsLink;
import dev.ginkgo.nats.client.NatsSettings;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StorageType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Coordinator of the engine {@code nats}: members and the lease of the leader are entries of a key-value bucket, see {@link
 * Roster} and {@link Election}. Without a connection this node is degraded, keeps its roster, and stops leading when its lease
 * expires.
 */
public final class NatsCoordinator extends Coordinator {
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

    /** A renewal needs the round trip to a server, and with replicas one between servers. */
    private static final Duration MINIMUM_TTL = Duration.ofMillis(400);

    private final NatsSettings connection;

    private final Setting<String> bucket;

    private final Setting<Integer> replicas = setting("replicas", 1)
            .between(1, 5)
            .restartRequired()
            .help("How many NATS servers store the bucket, when it is created; 3 survives the loss of one");

    private final Setting<Storage> storage = setting("storage", Storage.FILE)
            .restartRequired()
            .help(
                    "Where the servers store the bucket, when it is created: file, or memory, which a restart of all empties");

    private final Setting<Duration> silence = setting("silence", Duration.ofSeconds(2))
            .between(Duration.ofMillis(500), Duration.ofMinutes(10))
            .restartRequired()
            .help("Failure detection timeout: a node that writes nothing for this long is considered dead. Each node"
                    + " writes four times in it, and receives what all others write");

    private volatile @Nullable NatsConnector connector;
    private volatile @Nullable CoordinatorLoop loop;
    private volatile Optional<String> reportedHealth = Optional.empty();

    /** What has been logged in this outage: attempts fail for several reasons in turn. Used by one thread at a time. */
    private final Set<String> loggedProblems = new HashSet<>();

    enum Storage {
        FILE(StorageType.File),
        MEMORY(StorageType.Memory);

        private final StorageType type;

        Storage(StorageType type) {
            this.type = type;
        }
    }

    /** Creates a coordinator that is not connected. */
    public NatsCoordinator() {
        this(NatsSettings.DEFAULT_SERVERS, "ginkgo");
    }

    /** Creates a coordinator with other defaults of {@code servers} and {@code bucket}. */
    NatsCoordinator(List<Address> defaultServers, String defaultBucket) {
        connection = new NatsSettings(new Declared(), defaultServers);
        bucket = setting("bucket", defaultBucket)
                .check(name -> name.matches("[A-Za-z0-9_-]{1,64}"), "may only have letters, digits, - and _")
                .restartRequired()
                .help("Name of the key-value bucket; one for each cluster, the same on all its nodes");
    }

    @Override
    public CoordinatorCapabilities capabilities() {
        return new CoordinatorCapabilities(MINIMUM_TTL, Duration.ZERO, EnumSet.of(PartitionPolicy.QUORUM), true);
    }

    private BucketConfig bucketConfig() {
        return new BucketConfig(bucket.get(), replicas.get(), storage.get().type, connection.requestTimeout());
    }

    @Override
    public long prepare(NodeConfig nodeConfig) throws Exception {
        String name = nodeConfig.identity().toString();
        NatsConnector created = NatsConnector.create(connection, "ginkgo " + name);
        connector = created;
        long clock = now().toEpochMilli();
        try (NatsLink opened = created.connect(() -> {})) {
            return IncarnationCounter.next(opened.connection(), bucketConfig(), name, clock);
        } catch (IOException | JetStreamApiException | IllegalArgumentException e) {
            reportHealth(Optional.of(String.valueOf(e.getMessage())));
            return clock;
        }
    }

    @Override
    public void join(Member self, CoordinatorListener coordinatorListener) {
        CoordinatorLoop created = new CoordinatorLoop(
                requireNonNull(connector, "join was called before prepare"),
                bucketConfig(),
                self,
                coordinatorListener,
                silence.get(),
                time(),
                ThreadLocalRandom.current(),
                this::reportHealth);
        loop = created;
        if (reportedHealth.isEmpty()) {
            String connecting = "connecting to NATS at " + connector;
            reportedHealth = Optional.of(connecting); // not a problem yet, so it is not logged
            degraded(connecting);
        }
        spawn("members-and-lease", created::run);
    }

    private void reportHealth(Optional<String> problem) {
        if (!problem.equals(reportedHealth)) {
            reportedHealth = problem;
            problem.filter(loggedProblems::add).ifPresent(reason -> log.warn("not ready: {}", reason));
            problem.ifPresentOrElse(this::degraded, this::reportReady);
        }
    }

    private void reportReady() {
        if (!loggedProblems.isEmpty()) {
            loggedProblems.clear();
            log.info("connected to NATS at {}", connector);
        }
        ready();
    }

    @Override
    public void update(Member self) {
        requireNonNull(loop, "update was called before join").update(self);
    }

    @Override
    public void stepDown() {
        requireNonNull(loop, "stepDown was called before join").stepDown();
    }

    @Override
    public void leave() throws InterruptedException {
        CoordinatorLoop current = loop;
        if (current != null && !current.leave(LEAVE_TIMEOUT)) {
            log.warn(
                    "NATS has not confirmed within {} ms that this node leaves; if it leads, the next leader waits until"
                            + " its lease has expired",
                    LEAVE_TIMEOUT.toMillis());
        }
    }

    /** The methods of a service that declare settings. */
    private final class Declared implements NatsSettings.Declaration {
        @Override
        public <T> Setting<T> setting(String key, T defaultValue) {
            return NatsCoordinator.this.setting(key, defaultValue);
        }

        @Override
        public Setting<Optional<Path>> path(String key) {
            return optional(key, Path.class);
        }

        @Override
        public Setting<List<Address>> addresses(String key) {
            return list(key, Address.class);
        }
    }
}
