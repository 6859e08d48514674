package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.output.JsonText;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo channels} and {@code ginkgo top} with a real hub. */
class HubInspectionTest {
    @TempDir
    private Path folder = Path.of("");

    private final MessageHub hub = new MessageHub();
    private InProcessCommand ginkgo = new InProcessCommand(folder);
    private Ginkgo running = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'\nhistory.count = 1");

    @BeforeEach
    void publish() {
        ginkgo = FakeDaemon.command(folder);
        hub.publish("/numbers", "1");
        hub.publish("/numbers", "2");
        hub.publish("/a", "1");
    }

    @AfterEach
    void stop() {
        running.stop();
    }

    @Test
    @DisplayName("R-57 channels lists the channels of the hub at an address, and how many are left out")
    void listsChannels_ofAddress() {
        try (Subscription _ = hub.subscribe("/numbers")) {
            assertThat(ginkgo.run("channels", hub.address().toString())).isZero();
            assertThat(ginkgo.out())
                    .containsPattern("CHANNEL +MESSAGES +SUBSCRIBERS +PUBLISHED\n/a +1 +0 +1\n/numbers +\\d +1 +2\n");
            assertThat(ginkgo.err()).isEmpty();
        }
        assertThat(ginkgo.run("channels", hub.address().toString(), "--limit", "1"))
                .isZero();
        assertThat(ginkgo.out().lines()).hasSize(2);
        assertThat(ginkgo.err()).contains("1 more");
    }

    @Test
    @DisplayName("R-57 channels finds the hub of a daemon; --json prints one object per line")
    void listsChannels_ofDaemon() throws Exception {
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x")
                .responds("hubs", "{\"hubs\":[{\"path\":\"x/hub\",\"address\":\"" + hub.address() + "\"}]}")) {
            assertThat(ginkgo.run("channels", "x", "--json")).isZero();
            assertThat(ginkgo.out().lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(JsonText.read(line)).containsKeys("channel", "messages", "readers"));

            daemon.responds("hubs", "{\"hubs\":[]}");
            assertThat(ginkgo.run("channels", "x")).isEqualTo(4);
            assertThat(ginkgo.err()).contains("has no hub that serves HTTP");
        }
    }

    @Test
    @DisplayName("R-57 channels reports a daemon that does not run (3), an unreachable hub (69), another server (76)")
    void reportsUnreachableHub() throws Exception {
        assertThat(ginkgo.run("channels", "x")).isEqualTo(3);
        assertThat(ginkgo.err()).contains("x is not running");
        assertThat(ginkgo.run("channels", "127.0.0.1:1")).isEqualTo(69);
        assertThat(ginkgo.err()).contains("cannot connect to 127.0.0.1:1");
        try (ScriptedHub other =
                ScriptedHub.withScripts(connection -> connection.respond("200 OK", "text/html", "<html>"))) {
            assertThat(ginkgo.run("channels", other.url(""))).isEqualTo(76);
        }
    }

    @Test
    @DisplayName("R-57 top prints samples of the services, the channels and the subscribers of a hub, with rates")
    void printsSamples() {
        assertThat(ginkgo.run("top", hub.address().toString(), "--count", "2", "--interval", "1ms"))
                .as(ginkgo.err())
                .isZero();
        assertThat(ginkgo.out())
                .contains("message-hub is READY; ")
                .contains("hub at " + hub.address() + "  published 3, ")
                .contains("hub at " + hub.address() + "  published 0.0/s, ")
                .containsPattern("/numbers +0.0/s +\\d +0");
        assertThat(ginkgo.run("top", hub.address().toString(), "--count", "1", "--json"))
                .isZero();
        assertThat(ginkgo.out().lines())
                .singleElement()
                .satisfies(line -> assertThat(JsonText.read(line)).containsKeys("tree", "hubs"));
    }

    @Test
    @DisplayName("R-57 top of a daemon without a hub shows its services; those with problems come first")
    void showsServices_ofDaemon() throws Exception {
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x")
                .responds("hubs", "{\"hubs\":[]}")
                .responds(
                        "tree",
                        "{\"path\":\"x\",\"state\":\"READY\",\"tasks\":1,\"restarts\":0,\"children\":["
                                + "{\"path\":\"x/a\",\"state\":\"READY\",\"tasks\":2,\"restarts\":0},"
                                + "{\"path\":\"x/b\",\"state\":\"FAILED\",\"tasks\":0,\"restarts\":9,"
                                + "\"restartInMillis\":1500,\"lastError\":\"IOException: no\"}]}")) {
            assertThat(ginkgo.run("top", "x", "--count", "1")).isZero();
            assertThat(ginkgo.out()).isEqualTo("""
                x is READY; 2 of 3 services ready or degraded, 3 tasks, 9 restarts
                  SERVICE  STATE   TASKS  RESTARTS  PROBLEM
                  x/b      FAILED      0         9  next restart in 1.5 s; IOException: no
                  x        READY       1         0
                  x/a      READY       2         0
                """);
            daemon.end(0);
        }
    }
}
