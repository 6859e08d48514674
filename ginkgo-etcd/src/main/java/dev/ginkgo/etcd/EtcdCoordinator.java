package dev.ginkgo.etcd;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorCapabilities;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Secret;
import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdConfig;
import dev.ginkgo.etcd.client.EtcdException;
import dev.ginkgo.etcd.client.EtcdTls;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.lifecycle.TaskHandle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Coordinator of the engine {@code etcd}: see {@link EtcdEngine}. Runs two tasks: one renews this node's lease and reads
 * the keys of the cluster ({@link EtcdSession}), the other watches them for changes ({@link ChangeWatch}).
 */
final class EtcdCoordinator extends Coordinator {
    /** The smallest lease that etcd grants with its default election timeout, 1 s. */
    private static final Duration MINIMUM_TTL = Duration.ofSeconds(2);

    /** After a step that failed, if the interval between renewals is longer. */
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

    private static final int MAX_REPEATS = 20;
    /** Between the end of a watch and the next one. */
    private static final Duration WATCH_PAUSE = Duration.ofMillis(250);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    final Setting<List<String>> endpoints = list("endpoints", String.class)
            .check(
                    list -> list.stream().allMatch(EtcdCoordinator::isEndpoint)
                            && list.stream()
                                            .map(EtcdCoordinator::scheme)
                                            .distinct()
                                            .count()
                                    <= 1,
                    "must be URLs, either all http or all https: [\"https://10.0.0.1:2379\"]")
            .restartRequired()
            .help("URLs of the etcd servers; the first one that answers is used; default: http://127.0.0.1:2379");

    final Setting<String> prefix;

    final Setting<String> user = setting("user", "").restartRequired().help("Name of the user, if etcd requires one");

    final Setting<Secret> password = setting("password", Secret.of(""))
            .restartRequired()
            .help("The password of the user; prefer a file, set with password-file");

    final Setting<Optional<Path>> ca = optional("ca", Path.class)
            .restartRequired()
            .help("PEM file with the certificates that sign those of the servers; default: those of the Java runtime");

    final Setting<Optional<Path>> certificate = optional("certificate", Path.class)
            .restartRequired()
            .help("PEM file with the certificate of this node, if etcd requires one");

    final Setting<Optional<Path>> key = optional("key", Path.class)
            .restartRequired()
            .check(
                    (file, all) -> file.isPresent() == all.get(certificate).isPresent(),
                    "needs a certificate, and a certificate needs a key: set both or none")
            .help("PEM file with the private key of the certificate (PKCS #8)");

    final Setting<Duration> timeout = setting("timeout", Duration.ofSeconds(1))
            .between(Duration.ofMillis(50), Duration.ofMinutes(1))
            .restartRequired()
            .help("How long a server may take to answer before the next one is asked");

    private volatile @Nullable EtcdClient client;
    private volatile @Nullable EtcdSession session;
    private volatile @Nullable TaskHandle sessionTask;
    private volatile @Nullable TaskHandle watchTask;
    private volatile @Nullable WakeableTimer sessionTimer;
    private Optional<String> reportedProblem = Optional.empty(); // used by the thread that may use the session

    /** What has been logged in this outage: servers are asked in turn. Used like {@link #reportedProblem}. */
    private final Set<String> loggedProblems = new HashSet<>();

    private final List<URI> defaultEndpoints;

    EtcdCoordinator() {
        this(List.of(URI.create("http://127.0.0.1:2379")), "/ginkgo/");
    }

    /**
     * @param defaultEndpoints used if the setting {@code endpoints} is empty
     * @param defaultPrefix default of the setting {@code prefix}
     */
    EtcdCoordinator(List<URI> defaultEndpoints, String defaultPrefix) {
        this.defaultEndpoints = defaultEndpoints;
        prefix = setting("prefix", defaultPrefix)
                .check(
                        text -> text.matches("/[\\x21-\\x7e]+"),
                        "must begin with a slash and consist of printable ASCII characters: /numbers/")
                .restartRequired()
                .help("Prefix of the keys in etcd; the same on all nodes, and different for each cluster");
    }

    private static boolean isEndpoint(String text) {
        try {
            URI uri = URI.create(text);
            return Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
                    && uri.getHost() != null
                    && Set.of("", "/").contains(String.valueOf(uri.getPath()));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static String scheme(String endpoint) {
        return endpoint.substring(0, endpoint.indexOf(':'));
    }

    @Override
    public CoordinatorCapabilities capabilities() {
        return new CoordinatorCapabilities(MINIMUM_TTL, Duration.ofSeconds(1), Set.of(PartitionPolicy.QUORUM), true);
    }

    @Override
    protected void onStart() throws IOException {
        List<URI> uris = endpoints.get().isEmpty()
                ? defaultEndpoints
                : endpoints.get().stream().map(URI::create).toList();
        boolean isEncrypted = uris.getFirst().getScheme().equals("https");
        if (!isEncrypted && !password.get().isEmpty()) {
            log.warn("the password for etcd is sent without encryption; use https endpoints");
        }
        Optional<SSLContext> tls =
                isEncrypted ? Optional.of(EtcdTls.context(ca.get(), certificate.get(), key.get())) : Optional.empty();
        client = closeOnStop(new EtcdClient(new EtcdConfig(uris, user.get(), password.get(), tls, timeout.get())));
    }

    @Override
    public long prepare(NodeConfig nodeConfig) throws InterruptedException {
        reportedProblem = Optional.empty();
        String counter = ClusterKeys.of(prefix.get()).incarnation();
        try {
            return new IncarnationCounter(requireNonNull(client), counter).next(now());
        } catch (EtcdException e) {
            reportProblem(Optional.of(waiting(e)));
            return now().toEpochMilli(); // the session raises the counter to this
        }
    }

    private static String waiting(Exception e) {
        return "waiting for etcd: " + e.getMessage();
    }

    @Override
    public void join(Member self, CoordinatorListener coordinatorListener) {
        EtcdClient opened = requireNonNull(client, "join was called before the start");
        ClusterKeys keys = ClusterKeys.of(prefix.get());
        EtcdSession created = new EtcdSession(opened, keys, timeout.get(), self, coordinatorListener, time(), log);
        WakeableTimer timer = new WakeableTimer(time());
        Duration interval = coordinatorListener.leaseTiming().renewalInterval();
        ChangeWatch watch = new ChangeWatch(
                opened, keys.prefix(), created::revision, timer::wake, WATCH_PAUSE, new WakeableTimer(time()), log);
        session = created;
        sessionTimer = timer;
        if (reportedProblem.isEmpty()) {
            String joining = "joining the cluster in etcd";
            reportedProblem = Optional.of(joining); // not a problem yet, so it is not logged
            degraded(joining);
        }
        sessionTask = spawn("session", () -> {
            while (true) {
                boolean isDone = runSteps(created);
                watch.moveTo(opened.endpoint());
                timer.await(isDone || interval.compareTo(RETRY_PAUSE) < 0 ? interval : RETRY_PAUSE);
            }
        });
        watchTask = spawn("watch", watch::run);
    }

    /** Runs steps until there is nothing more to do now; reports and returns whether etcd could be used. */
    private boolean runSteps(EtcdSession current) throws InterruptedException {
        try {
            EtcdSession.Outcome outcome = EtcdSession.Outcome.REPEAT;
            for (int i = 0; i < MAX_REPEATS && outcome == EtcdSession.Outcome.REPEAT; i++) {
                outcome = current.step();
            }
            reportProblem(
                    outcome == EtcdSession.Outcome.SUPERSEDED
                            ? Optional.of("a newer node has this identity; give this node a different one")
                            : Optional.empty());
            return true;
        } catch (EtcdException | IOException e) {
            reportProblem(Optional.of(waiting(e)));
            return false;
        }
    }

    private void reportProblem(Optional<String> problem) {
        if (!problem.equals(reportedProblem)) {
            reportedProblem = problem;
            problem.filter(loggedProblems::add).ifPresent(reason -> log.warn("not ready: {}", reason));
            problem.ifPresentOrElse(this::degraded, this::reportReady);
        }
    }

    private void reportReady() {
        if (!loggedProblems.isEmpty()) {
            loggedProblems.clear();
            log.info("etcd responds");
        }
        ready();
    }

    @Override
    public void update(Member self) {
        requireNonNull(session, "update was called before join").update(self);
        requireNonNull(sessionTimer).wake();
    }

    @Override
    public void stepDown() {
        requireNonNull(session, "stepDown was called before join").stepDown();
        requireNonNull(sessionTimer).wake();
    }

    @Override
    public void leave() throws InterruptedException {
        EtcdSession current = session;
        TaskHandle task = sessionTask;
        session = null;
        if (current == null || task == null) {
            return;
        }
        try (EtcdClient last = requireNonNull(client)) {
            requireNonNull(watchTask).cancel();
            task.cancel();
            if (task.join(STOP_TIMEOUT)) {
                current.leave();
            } else {
                log.warn(
                        "the session with {} did not end within {} ms; its lease expires by itself",
                        last.endpoint(),
                        STOP_TIMEOUT.toMillis());
            }
        } catch (EtcdException e) {
            log.warn("the lease of this node in etcd was not revoked and expires by itself: {}", e.getMessage());
        }
    }

    /** Leaves also if the cluster failed: in that case {@link #leave} is not called. */
    @Override
    protected void onStop() throws InterruptedException {
        leave();
    }
}
