package dev.ginkgo.nats.broker;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.nats.client.NatsConnector;
import dev.ginkgo.nats.client.NatsSettings;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StorageType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Broker {@code nats}: messages between hubs over NATS servers, stored in streams of JetStream, or not stored. See {@code
 * docs/decisions/0079-jetstream.md}.
 */
public final class NatsBroker extends Broker {
    private static final Duration MIN_PAUSE = Duration.ofMillis(50);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);
    /** After a shorter connection, the pauses before the next ones go on growing. */
    private static final Duration STABLE = Duration.ofSeconds(10);

    /** How long the first connection waits for JetStream. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

    /** Error code, as in HTTP. */
    private static final int UNAVAILABLE = 503;

    /** JetStream: fewer servers than replicas are present. */
    private static final int NO_SUITABLE_PEERS = 10005;

    private static final Duration EXPIRY_CHECK = Duration.ofMillis(250);

    /** Fewer than fit into the queue of the client, which would block. */
    private static final int MAX_IN_FLIGHT = 4_000;

    private final NatsSettings connection;

    private final Setting<String> prefix = setting("prefix", "ginkgo")
            .check(name -> name.matches("[A-Za-z0-9_-]{1,32}"), "may only have letters, digits, - and _")
            .restartRequired()
            .help("First part of the subjects, and of the names of the streams; one for each cluster of hubs");

    private final Setting<Storage> storage = setting("storage", Storage.FILE)
            .restartRequired()
            .help(
                    "Where the servers store messages: file, memory, or none, without JetStream: a subscriber that moves to"
                            + " another hub then has a gap");

    private final Setting<Integer> streams = setting("streams", 4)
            .between(1, MAX_STREAMS)
            .restartRequired()
            .help("Number of streams, over which the channels are distributed; cannot be changed later");

    private final Setting<Integer> replicas = setting("replicas", 1)
            .between(1, 5)
            .restartRequired()
            .help("How many NATS servers store each stream; 3 survives the loss of one");

    private final Setting<Size> maxBytes = setting("max-bytes", Size.ofMebibytes(256))
            .between(Size.ofMebibytes(1), Size.of("1TiB"))
            .restartRequired()
            .help("Maximum size of each stream; the oldest messages are discarded");

    private final Setting<Duration> maxAge = setting("max-age", Duration.ofHours(1))
            .between(Duration.ofSeconds(1), Duration.ofDays(365))
            .restartRequired()
            .help("Maximum age of a message in its stream; at least history.age of the hubs");

    private final Setting<Duration> duplicateWindow = setting("duplicate-window", Duration.ofMinutes(2))
            .between(Duration.ofMillis(100), Duration.ofHours(24))
            .check((window, all) -> window.compareTo(all.get(maxAge)) <= 0, "is longer than max-age")
            .restartRequired()
            .help("How long the servers recognize a message with the same idempotency key");

    private final Setting<Size> inFlight = setting("in-flight", Size.ofMebibytes(32))
            .between(Size.ofMebibytes(1), Size.of("1GiB"))
            .restartRequired()
            .help("Maximum size of the messages that are sent and not confirmed yet; more are rejected");

    private final WaitQueue changes = new WaitQueue();
    private final LongAdder reconnects = new LongAdder();

    private volatile @Nullable PendingAppends pending;
    private volatile @Nullable Backend backend;
    private volatile @Nullable NatsSession session;
    private volatile @Nullable StoppableListener listener;
    private volatile String server = "";

    enum Storage {
        FILE,
        MEMORY,
        NONE
    }

    /** Creates a broker that is not open. */
    public NatsBroker() {
        this(NatsSettings.DEFAULT_SERVERS);
    }

    /** Creates a broker with another default of {@code servers}. */
    NatsBroker(List<Address> defaultServers) {
        connection = new NatsSettings(new Declared(), defaultServers);
    }

    private BrokerConfig config() {
        return new BrokerConfig(
                prefix.get(),
                streams.get(),
                storage.get() == Storage.MEMORY ? StorageType.Memory : StorageType.File,
                replicas.get(),
                maxBytes.get().bytes(),
                maxAge.get(),
                duplicateWindow.get(),
                connection.requestTimeout());
    }

    @Override
    public List<BrokerStream> open(NodeIncarnation self, BrokerListener brokerListener) throws Exception {
        NatsConnector connector = NatsConnector.create(connection, "ginkgo hub " + self.name());
        BrokerConfig config = config();
        PendingAppends appends =
                new PendingAppends(MAX_IN_FLIGHT, inFlight.get().bytes(), time());
        StoppableListener input = new StoppableListener(brokerListener);
        Backend created;
        if (storage.get() == Storage.NONE) {
            CoreBackend core = new CoreBackend(
                    config, self, input, appends, time(), backend instanceof CoreBackend previous ? previous : null);
            every("heartbeat", CoreBackend.HEARTBEAT_INTERVAL, core::heartbeat);
            created = core;
        } else {
            created = new JetStreamBackend(config, input, appends, time(), this::spawn, changes);
        }
        pending = appends;
        listener = input;
        backend = created;
        Opened first = openFirst(connector, created);
        session = first.session;
        server = String.valueOf(first.session.connection().getConnectedUrl());
        every("expire-appends", EXPIRY_CHECK, () -> appends.expire(config.timeout()));
        spawn("connection", () -> stayConnected(connector, created, input, first.session));
        return first.streams;
    }

    private record Opened(NatsSession session, List<BrokerStream> streams) {}

    /** Connects, and opens the streams. A cluster of servers that has just started needs seconds until it can do that. */
    private Opened openFirst(NatsConnector connector, Backend to) throws Exception {
        long begin = time().nanos();
        while (true) {
            NatsSession opened = NatsSession.connect(connector, changes);
            try {
                return new Opened(opened, to.connected(opened));
            } catch (IOException | JetStreamApiException e) {
                opened.close();
                boolean temporary = e instanceof JetStreamApiException api
                        ? api.getErrorCode() == UNAVAILABLE || api.getApiErrorCode() == NO_SUITABLE_PEERS
                        : !(e instanceof StreamSetup.MismatchException);
                if (!temporary || time().nanos() - begin > START_TIMEOUT.toNanos()) {
                    throw e instanceof JetStreamApiException api ? new IOException(describe(api, connector), api) : e;
                }
                log.info("JetStream of NATS at {} is not available yet: {}", connector, e.getMessage());
                sleep(MAX_PAUSE);
            } catch (InterruptedException e) {
                opened.close();
                throw e;
            }
        }
    }

    private static String describe(JetStreamApiException e, NatsConnector connector) {
        return "JetStream of the NATS servers at " + connector + " rejects a request: " + e.getMessage()
                + "; check that JetStream is enabled there, and that the user may create streams";
    }

    private void stayConnected(NatsConnector connector, Backend to, StoppableListener input, NatsSession first)
            throws InterruptedException {
        BackoffSequence backoff = BackoffSequence.shortenedByUpToHalf(ThreadLocalRandom.current());
        NatsSession current = first;
        try {
            while (true) {
                long begin = time().nanos();
                String problem = current.awaitEnd(time());
                input.requireRunning();
                if (time().nanos() - begin > STABLE.toNanos()) {
                    backoff.reset();
                }
                to.disconnected(current, problem);
                current.close();
                report(input, problem);
                current = reconnect(connector, to, input, problem, backoff);
                reconnects.increment();
                log.info("connected to NATS at {} again", server);
                ready();
                input.connectionChanged(Optional.empty());
            }
        } finally {
            current.close(); // onStop does not know a connection that was established after it
        }
    }

    private NatsSession reconnect(
            NatsConnector connector, Backend to, StoppableListener input, String lastProblem, BackoffSequence backoff)
            throws InterruptedException {
        String reported = lastProblem;
        while (true) {
            sleep(backoff.next(MIN_PAUSE, MAX_PAUSE));
            input.requireRunning();
            String problem = "the hub stops";
            NatsSession opened = null;
            boolean usable = false;
            try {
                opened = NatsSession.connect(connector, changes);
                session = opened;
                input.requireRunning(); // after the assignment: either this or onStop closes the connection
                to.connected(opened);
                server = String.valueOf(opened.connection().getConnectedUrl());
                usable = true;
                return opened;
            } catch (JetStreamApiException e) {
                problem = describe(e, connector);
            } catch (IOException | IllegalStateException e) {
                problem = String.valueOf(e.getMessage());
            } finally {
                if (opened != null && !usable) {
                    to.disconnected(opened, problem);
                    opened.close();
                }
            }
            if (!problem.equals(reported)) {
                reported = problem;
                report(input, problem);
            }
        }
    }

    private void report(BrokerListener input, String problem) {
        log.warn("{}", problem);
        degraded(problem);
        input.connectionChanged(Optional.of(problem));
    }

    @Override
    protected void onStop() {
        StoppableListener input = listener;
        if (input != null) {
            input.stopped = true;
        }
        NatsSession current = session;
        if (current != null) {
            current.close();
        }
        PendingAppends appends = pending;
        if (appends != null) {
            appends.close();
        }
    }

    private Backend opened() {
        return requireNonNull(backend, "the broker is not open");
    }

    @Override
    public void read(NodeIncarnation stream, ReadStart readStart) {
        opened().read(stream, readStart);
    }

    @Override
    public CompletableFuture<BrokerPosition> append(BrokerMessage message) {
        return opened().append(message);
    }

    @Override
    public BrokerStats stats() {
        Backend current = opened();
        PendingAppends appends = requireNonNull(pending);
        NatsSession last = session;
        return new BrokerStats(
                server,
                last != null && last.isOpen(),
                appends.appended(),
                appends.failed(),
                appends.count(),
                appends.bytes(),
                current.received(),
                current.lost(),
                reconnects.sum());
    }

    /** Passes nothing on once the service stops. */
    private static final class StoppableListener implements BrokerListener {
        private final BrokerListener target;
        private volatile boolean stopped;

        StoppableListener(BrokerListener target) {
            this.target = target;
        }

        /**
         * Ends the calling task if the service stops: the NATS client discards an interrupt while it connects.
         *
         * @throws InterruptedException if the service stops
         */
        void requireRunning() throws InterruptedException {
            if (stopped) {
                throw new InterruptedException("the broker is stopped");
            }
        }

        @Override
        public void received(BrokerPosition brokerPosition, long storedMillis, BrokerMessage message) {
            if (!stopped) {
                target.received(brokerPosition, storedMillis, message);
            }
        }

        @Override
        public void lost(SequenceRange positions) {
            if (!stopped) {
                target.lost(positions);
            }
        }

        @Override
        public void streamOpened(BrokerStream brokerStream) {
            if (!stopped) {
                target.streamOpened(brokerStream);
            }
        }

        @Override
        public void connectionChanged(Optional<String> problem) {
            if (!stopped) {
                target.connectionChanged(problem);
            }
        }
    }

    /** The methods of a service that declare settings. */
    private final class Declared implements NatsSettings.Declaration {
        @Override
        public <T> Setting<T> setting(String key, T defaultValue) {
            return NatsBroker.this.setting(key, defaultValue);
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
