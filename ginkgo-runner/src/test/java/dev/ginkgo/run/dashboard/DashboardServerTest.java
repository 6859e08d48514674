package dev.ginkgo.run.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.lifecycle.State;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class DashboardServerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String[] ACTION = {RequestGuard.ACTION_HEADER, "1"};

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-35 the dashboard shows the tree, and of a service its tasks and its failure with stack traces")
    void services_haveTasksAndFailures() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting())) {
            // When the worker runs, then its task and where it waits are shown
            assertThat(dashboard.sample("/-/samples/services?path=program%2Fworker"))
                    .contains(
                            "\"path\":\"program/worker\",\"type\":\"Worker\",\"state\":\"READY\"",
                            "\"name\":\"wait\"",
                            "Worker.waitForFailure(TestDashboard.java:");

            // When it has failed, then the error and the time of its restart are shown
            dashboard.program.worker.fail();
            await().atMost(TIMEOUT)
                    .until(() -> dashboard.program.worker.status().state() == State.FAILED
                            && dashboard.program.worker.status().nextRestartIn().isPresent());
            assertThat(dashboard.sample("/-/samples/services?path=program%2Fworker"))
                    .contains(
                            "\"state\":\"FAILED\"",
                            "\"restartInMillis\":",
                            "\"notReady\":[\"program/worker: FAILED, the number server does not answer\"]",
                            "\"failure\":\"java.lang.IllegalStateException: the number server does not answer\\n\\tat ",
                            "\"name\":\"supervise\"");

            // And a service that does not exist has no details
            assertThat(dashboard.sample("/-/samples/services?path=program%2Fnone"))
                    .contains("\"tree\":")
                    .doesNotContain("\"failure\"", "\"tasks\":[");
        }
    }

    @Test
    @DisplayName("R-36 the dashboard shows each setting with value, source, bounds and pending change, and no secret")
    void settings_haveSourceAndBounds() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting());
                TestDashboard.Stream stream = dashboard.new Stream("/-/samples/settings")) {
            assertThat(stream.next())
                    .contains("\"key\":\"size\",\"value\":\"7\",\"default\":\"5\",\"source\":\"", "program.toml:1")
                    .contains("\"bounds\":\"1..100\",\"help\":\"Number of things\"", "\"pending\":[]")
                    .doesNotContain("very secret");

            // When a setting that needs a restart is changed, then it is pending
            Files.writeString(dashboard.file, Files.readString(dashboard.file).replace("size = 7", "lanes = 3"));
            HttpResponse<String> reload = dashboard.post("/-/actions/reload", ACTION);
            assertThat(reload.statusCode()).as(reload.body()).isEqualTo(200);
            assertThat(stream.next()).contains("\"pending\":[\"lanes\"]");

            // When the file is invalid, then the result says why, and nothing is changed
            Files.writeString(dashboard.file, "size = 700\n");
            assertThat(dashboard.post("/-/actions/reload", ACTION).body()).contains("size", "700", "1..100");
        }
    }

    @Test
    @DisplayName("R-37 the dashboard shows the log from before the viewer came, and can change its level")
    void log_isShown() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting())) {
            LoggerFactory.getLogger("test").warn("before", new IllegalStateException("reason"));
            try (TestDashboard.Stream stream = dashboard.new Stream("/-/samples/log")) {
                assertThat(stream.next())
                        .contains("\"level\":\"WARN\",\"logger\":\"test\"", "\"message\":\"before\"")
                        .contains("\"stack\":\"java.lang.IllegalStateException: reason\\n");
                LoggerFactory.getLogger("test").warn("after");
                String added = stream.next();
                assertThat(added).contains("\"message\":\"after\"").doesNotContain("\"message\":\"before\"");
            }

            // When the level of a logger is changed, then it logs what it did not log before
            String logger = "test." + getClass().getName();
            assertThat(LoggerFactory.getLogger(logger).isTraceEnabled()).isFalse();
            assertThat(dashboard
                            .post("/-/actions/log-level?level=TRACE&logger=" + logger, ACTION)
                            .body())
                    .contains("the log level of " + logger + " is now TRACE");
            assertThat(LoggerFactory.getLogger(logger).isTraceEnabled()).isTrue();
            assertThat(dashboard.post("/-/actions/log-level?level=LOUD", ACTION).statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    @DisplayName("R-42 the dashboard restarts a supervised service, and says why it cannot restart another one")
    void restart_isPerformed() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting())) {
            assertThat(dashboard
                            .post("/-/actions/restart?path=program%2Fworker", ACTION)
                            .body())
                    .contains("the restart of program/worker has begun");
            await().atMost(TIMEOUT)
                    .until(() -> dashboard.program.worker.status().restarts() == 1
                            && dashboard.program.worker.status().state() == State.READY);
            assertThat(dashboard.tree.status().ready()).isTrue();

            HttpResponse<String> ofRoot = dashboard.post("/-/actions/restart?path=program", ACTION);
            assertThat(ofRoot.statusCode()).isEqualTo(409);
            assertThat(ofRoot.body()).contains("program cannot be restarted alone");
            assertThat(dashboard.post("/-/actions/restart?path=none", ACTION).statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    @DisplayName("R-38 no sample is taken without a viewer of the dashboard, and none after the viewer has left")
    void samples_areTakenForViewersOnly() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting())) {
            // Given a page that has been loaded
            assertThat(dashboard.get("/").body()).contains("/-/dashboard/process.js");
            assertThat(dashboard.get("/-/dashboard/ui.js").statusCode()).isEqualTo(200);
            assertThat(dashboard.server.samplesTaken()).isZero();

            // When there is a viewer, then samples are taken
            try (TestDashboard.Stream stream = dashboard.new Stream("/-/samples/services")) {
                stream.next();
                stream.next();
            }
            assertThat(dashboard.server.samplesTaken()).isGreaterThanOrEqualTo(2);

            // When it has left, then its task ends, and no task takes samples
            await().atMost(TIMEOUT)
                    .until(() -> dashboard.server.status().children().getFirst().tasks() == 2); // accept, overdue
            long taken = dashboard.server.samplesTaken();
            assertThat(dashboard.get("/").statusCode()).isEqualTo(200);
            assertThat(dashboard.server.samplesTaken()).isEqualTo(taken);
        }
    }

    @Test
    @DisplayName("R-38 a stop of the dashboard ends its streams at once")
    void stop_endsStreams() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting());
                TestDashboard.Stream stream = dashboard.new Stream("/-/samples/services")) {
            stream.next();
            dashboard.server.stop();
            assertThat(dashboard.server.status().state()).isEqualTo(State.STOPPED);
        }
    }

    @Test
    @DisplayName("R-39 requests with a foreign Host or Origin, for other sites, or through a proxy are rejected")
    void foreignRequests_areRejected() throws Exception {
        try (TestDashboard dashboard = new TestDashboard(folder, TestDashboard.restarting())) {
            String samples = "GET /-/samples/services HTTP/1.1\r\n";
            for (String rejected : new String[] {
                "GET / HTTP/1.1\r\nHost: attacker.example",
                samples + "Host: attacker.example",
                samples + "Host: localhost\r\nSec-Fetch-Site: cross-site",
                samples + "Host: localhost\r\nSec-Fetch-Site: same-site",
                samples + "Host: localhost\r\nOrigin: http://localhost:8088",
                samples + "Host: localhost\r\nX-Forwarded-For: 10.0.0.7",
                "POST /-/actions/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0",
                "POST /-/actions/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nGinkgo-Action: 1\r\n"
                        + "Origin: http://attacker.example",
                "OPTIONS /-/actions/reload HTTP/1.1\r\nHost: localhost\r\nOrigin: http://attacker.example"
            }) {
                assertThat(dashboard.status(rejected)).as(rejected).startsWith("HTTP/1.1 403");
            }
            String own = "Host: " + dashboard.server.address() + "\r\nOrigin: http://" + dashboard.server.address()
                    + "\r\nSec-Fetch-Site: same-origin";
            assertThat(dashboard.status(samples + own)).startsWith("HTTP/1.1 200");
            assertThat(dashboard.status(
                            "POST /-/actions/reload HTTP/1.1\r\nContent-Length: 0\r\nGinkgo-Action: 1\r\n" + own))
                    .startsWith("HTTP/1.1 200");
            assertThat(dashboard.status("GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site"))
                    .as("a link on a page of another site")
                    .startsWith("HTTP/1.1 200");
            HttpResponse<String> page = dashboard.get("/");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .startsWith("default-src 'none'")
                    .doesNotContain("unsafe");
            assertThat(page.headers().map()).doesNotContainKey("access-control-allow-origin");
        }
    }
}
