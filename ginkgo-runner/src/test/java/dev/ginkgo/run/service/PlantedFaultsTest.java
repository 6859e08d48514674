package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.dashboard.DashboardServer;
import dev.ginkgo.run.dashboard.DashboardTarget;
import dev.ginkgo.run.dashboard.LogBuffer;
import dev.ginkgo.run.log.LogSpace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults in a program, each found with a command or in the dashboard, as docs/troubleshooting.md describes. */
class PlantedFaultsTest {
    private static final String NAME = "shop";

    @TempDir
    private Path folder = Path.of("");

    private final FaultyProgram program = new FaultyProgram();
    private final AtomicLong freeBytes = new AtomicLong(Long.MAX_VALUE);
    private final PeriodicTasks periodicTasks = new PeriodicTasks(Duration.ofMillis(10));
    private InProcessCommand ginkgo = new InProcessCommand(folder);
    private Path file = Path.of("");
    private Ginkgo tree;
    private DashboardServer dashboard;
    private FakeDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        ginkgo = FakeDaemon.command(folder);
        file = Files.writeString(folder.resolve("shop.toml"), settings("size = 7"));
        tree = Ginkgo.of(program)
                .name(NAME)
                .configuration(Configuration.empty().file(file))
                .start();
        dashboard = new DashboardServer(
                Address.of("127.0.0.1:0"),
                new DashboardTarget(
                        program,
                        () -> Optional.of(tree),
                        () -> CompletableFuture.supplyAsync(tree::reload),
                        file.toString()),
                LogBuffer.attach());
        Ginkgo.of(dashboard).name("dashboard").start();
        Path log = folder.resolve("shop.log");
        periodicTasks.add(() -> LogSpace.require(log, _ -> freeBytes.get()));
        daemon = FakeDaemon.start(
                ginkgo, NAME, new ControlHandler(program, running(), file.toString(), false, periodicTasks::problems));
    }

    private RunningProgram running() {
        return new RunningProgram() {
            @Override
            public Optional<Ginkgo> tree() {
                return Optional.of(tree);
            }

            @Override
            public CompletableFuture<ReloadResult> reload() {
                return CompletableFuture.supplyAsync(tree::reload);
            }
        };
    }

    private static String settings(String more) {
        return more + """

                [hub]
                http.bind = "127.0.0.1:0"
                history.count = 8
                history.grace = "0s"
                store.budget = "1MiB"
                [ginkgo]
                fixed-change = "defer"
                start-timeout = "1h"
                """;
    }

    @AfterEach
    void stop() {
        daemon.close();
        periodicTasks.close();
        program.release();
        dashboard.stop();
        try {
            tree.stop();
        } catch (StopException e) {
            // the faults of this program are no faults of the test
        }
    }

    @Test
    @DisplayName(
            "C-51 tree, top and the dashboard show services that restart repeatedly, wait for a restart, cannot"
                    + " reach a server, hang in their start, were stopped, have a task that makes no progress, or left one behind")
    void servicesWithFaults() throws Exception {
        program.plant();
        program.paused.stop();
        assertThatThrownBy(program.leaking::stop).isInstanceOf(StopException.class);
        eventually()
                .until(() -> program.flapping.status().restarts() == 3
                        && program.flapping.status().state() == State.READY
                        && program.broken.status().nextRestartIn().isPresent()
                        && tree.status().children().size() == 9);

        String services = run("tree");
        assertThat(services)
                .containsPattern("flapping {2}READY .*, 3 restarts\n.*last error: .*the queue is")
                .containsPattern("broken {2}FAILED .*, next restart in .*(min|h).*no such table: orders")
                .containsPattern("orders {2}DEGRADED .*127.0.0.1:1")
                .containsPattern("hanging {2}STARTING ")
                .containsPattern("paused {2}STOPPED ")
                .containsPattern("leaking {2}FAILED .*leak");
        assertThat(run("threads"))
                .contains("shop/hanging\n", "FaultyProgram$Hanging.waitForDatabase")
                .contains("shop/stuck\n", "FaultyProgram$Stuck.waitForLock");
        assertThat(sample("/-/samples/services?path=shop%2Fstuck"))
                .contains("\"name\":\"sync\"", "FaultyProgram$Stuck.waitForLock");
        assertThat(run("top", "--count", "1"))
                .containsPattern("shop/broken +FAILED .*next restart in .*no such table: orders")
                .containsPattern("shop/orders +DEGRADED .*127.0.0.1:1")
                .containsPattern("shop/flapping +READY +\\d+ +3 ");
        assertThat(sample("/-/samples/services?path=shop%2Fleaking"))
                .contains("\"shop/orders: DEGRADED, ")
                .contains("\"shop/broken: FAILED, no such table: orders\"")
                .contains("shop/leaking#convert still runs after ");
    }

    @Test
    @DisplayName("C-51 tree, status and the dashboard show a rejected reload, a change that waits for a restart, and an"
            + " observer that failed")
    void reloadsWithFaults() throws Exception {
        Files.writeString(file, settings("size = 700\nlanes = 3"));
        tree.reload();
        String rejected = "the last reload was rejected, the previous settings are in effect: ";
        assertThat(run("tree")).contains("problem: " + rejected, "shop.toml:1:8: size: ", "1..100");
        assertThat(run("top", "--count", "1")).contains("problem: " + rejected);
        assertThat(run("status")).contains("problem: " + rejected);
        assertThat(sample("/-/samples/services")).contains("\"problems\":[\"" + rejected);

        Files.writeString(file, settings("size = 13\nlanes = 3"));
        tree.reload();
        assertThat(run("tree"))
                .doesNotContain(rejected)
                .contains("last reload: IllegalStateException: 13 does not fit");
        assertThat(run("status")).contains("changed, effective after a restart: lanes");
        assertThat(sample("/-/samples/settings")).contains("\"pending\":[\"lanes\"]");
    }

    @Test
    @DisplayName("C-51 C-53 tree and top show that the disk of the log is full, until there is space")
    void fullDiskOfLog() {
        freeBytes.set(0);
        String problem = "problem: the disk of the log " + folder.resolve("shop.log") + " is full, lines are lost";
        eventually().untilAsserted(() -> assertThat(run("tree")).contains(problem));
        assertThat(run("top", "--count", "1")).contains(problem);
        freeBytes.set(1_000_000);
        eventually().untilAsserted(() -> assertThat(run("tree")).doesNotContain(problem));
    }

    @Test
    @DisplayName("C-51 top and the dashboard of the hub show a slow subscriber, messages lost, a channel without"
            + " subscribers, a silent publisher, and a store that is full")
    void hubWithFaults() throws Exception {
        Address hub = program.hub.address();
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4_096);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), hub.port()));
            slow.getOutputStream()
                    .write("GET /orders HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            eventually().until(() -> program.hub.stats().subscribers() == 1);
            String order = "x".repeat(100_000);
            eventually().until(() -> {
                program.hub.publish("/orders", order);
                return behind(hub) > 10; // more than is retained
            });
            program.hub.publish("/oders", "published to the wrong channel");

            assertThat(run("top", "--count", "2", "--interval", "1ms"))
                    .containsPattern("127.0.0.1:" + slow.getLocalPort() + " +/orders +[1-9]\\d* +[1-9]")
                    .containsPattern("/oders +0.0/s +1 +0\n")
                    .containsPattern("/orders +0.0/s +\\d+ +1\n")
                    .containsPattern("[1-9]\\d* KiB stored|1\\.\\d MiB stored");
            assertThat(run("channels")).containsPattern("/oders +1 +0 +1\n");
            assertThat(first("/-/dashboard/samples", hub))
                    .containsPattern("\"address\":\"127.0.0.1:" + slow.getLocalPort()
                            + "\",\"channel\":\"/orders\",[^}]*\"behind\":[1-9]")
                    .containsPattern("\"storedBytes\":[1-9]\\d*.*\"budget\":1048576");

            // And when it reads again, it gets what is retained, and the rest is counted as lost
            slow.setSoTimeout(60_000);
            byte[] buffer = new byte[65_536];
            eventually().until(() -> {
                assertThat(slow.getInputStream().read(buffer)).isPositive();
                return program.hub.stats().dropped() > 0;
            });
            assertThat(run("top", "--count", "1")).containsPattern("dropped [1-9]");
            assertThat(first("/-/dashboard/samples", hub)).containsPattern("\"gaps\":[1-9]\\d*,\"dropped\":[1-9]");
        }
    }

    @Test
    @DisplayName("C-51 cluster shows the leader, its epoch and the state of the cluster")
    void cluster() {
        eventually()
                .untilAsserted(() -> assertThat(run("cluster"))
                        .contains("shop/cluster is READY, 1 member, leader 127.0.0.1:4440 in epoch 1"));
    }

    @Test
    @Tag("long") // keeps every processor busy for some seconds; T-11 tests the short form
    @DisplayName("C-51 tree shows the tasks that occupy every carrier thread, while no other task can run")
    void occupiedCarriers() {
        program.spin();
        eventually()
                .untilAsserted(
                        () -> assertThat(run("tree"))
                                .contains(
                                        "problem: no virtual thread can run: every carrier thread is occupied by shop#spin; see"));
        assertThat(run("threads")).contains("FaultyProgram.lambda$spin$");
    }

    /** Runs a command for the daemon, and returns its output. */
    private String run(String command, String... options) {
        String[] words =
                Stream.concat(Stream.of(command, NAME), Stream.of(options)).toArray(String[]::new);
        ginkgo.run(words);
        assertThat(ginkgo.err()).as(command).isEmpty();
        return ginkgo.out();
    }

    /** Returns how many messages the only subscriber over HTTP is behind. */
    private static long behind(Address hub) throws IOException {
        Matcher behind = Pattern.compile("\"behind\":(\\d+)").matcher(first("/-/dashboard/samples", hub));
        return behind.find() ? Long.parseLong(behind.group(1)) : 0;
    }

    private String sample(String path) throws IOException {
        return first(path, dashboard.address());
    }

    /** Opens a stream, and returns its first event. */
    private static String first(String path, Address server) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + server + path).toURL().openConnection();
        connection.setRequestProperty("Accept", "text/event-stream");
        connection.setReadTimeout(60_000);
        try {
            return new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> line.startsWith("data: {\"at\"") || line.startsWith("data: {\"program\""))
                    .findFirst()
                    .orElseThrow();
        } finally {
            connection.disconnect();
        }
    }

    private static ConditionFactory eventually() {
        return await().atMost(60, TimeUnit.SECONDS).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20));
    }
}
