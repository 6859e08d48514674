package dev.ginkgo.hub.dashboard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.testing.Chromium;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.TestTree;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.Keys;

/** The dashboard in a real browser, which all tests share: each has a tab of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardBrowserTest {
    private static final String ITEMS = "#app .messages li";

    /** Program with a cluster of one node, a hub, and a service that can report a problem. */
    private static final class Program extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));
        final Other other = add("other", new Other());
    }

    private static final class Other extends Service {
        void degrade(String reason) {
            healthDetail("pending orders", 3);
            degraded(reason);
        }
    }

    private Chromium browser;

    @BeforeAll
    void startBrowser() throws IOException {
        TestHub.warmUp();
        browser = new Chromium();
    }

    @AfterAll
    void stopBrowser() throws IOException {
        browser.close();
    }

    @BeforeEach
    void beginTest() {
        browser.beginTest();
    }

    @Test
    @DisplayName("H-78 L-64 every page of the dashboard passes axe-core, dark and light, and fits into 390 pixels; the"
            + " details of a service's health are shown")
    void pages_areAccessible() throws Exception {
        try (TestTree<Program> tree = TestTree.start(new Program(), "hub.http.bind = '127.0.0.1:0'");
                Closeable _ = browser::leavePage) {
            // Given channels, a subscriber, and a service that is not ready
            Program program = tree.root();
            String url = "http://" + program.hub.address() + "/";
            for (int i = 0; i < 20; i++) {
                program.hub.publish("/room/" + i % 4 + "/temperature", "{\"celsius\":" + i + "}");
            }
            program.other.degrade("the number server does not answer");
            try (RawHttpClient subscriber =
                    new RawHttpClient(program.hub.address().port())) {
                subscriber.send("GET /room/*/temperature HTTP/1.1\r\nHost: localhost\r\n\r\n");

                for (String page : List.of(
                        "",
                        "channel/%2Froom%2F1%2Ftemperature",
                        "subscribers",
                        "cluster",
                        "services",
                        "services/program%2Fother")) {
                    browser.driver().get("about:blank");
                    browser.driver().get(url + "#/" + page);
                    for (boolean wide : new boolean[] {true, false}) {
                        // When the page is shown, wide and light, then narrow and dark
                        browser.window(wide ? 1200 : 390, 900, wide ? "light" : "dark");
                        browser.awaitText(text(page));

                        // Then it has no violation, and needs no horizontal scrolling
                        String description = page.replaceAll("\\W+", "-") + (wide ? "-wide" : "-narrow");
                        browser.screenshot("dashboard-" + description);
                        assertThat(browser.accessibilityViolations())
                                .as(description)
                                .isEmpty();
                        assertThat(browser.overflow()).as(description).isNotPositive();
                    }
                }
            }
            assertThat(browser.consoleMessages()).isEmpty();
        }
    }

    /** Returns a text that a page shows when it is complete. */
    private static String text(String page) {
        return switch (page) {
            case "" -> "/room/3/temperature";
            case "subscribers" -> "/room/*/temperature";
            case "cluster" -> "this node";
            case "services" -> "the number server does not answer";
            case "services/program%2Fother" -> "pending orders\n3";
            default -> "5 messages received";
        };
    }

    @Test
    @DisplayName("H-78 the channel view shows history and live messages, pauses, filters, formats JSON and publishes")
    void channelView_showsAndPublishes() throws Exception {
        try (TestHub testHub = TestHub.start();
                Closeable _ = browser::leavePage) {
            testHub.post("/numbers", "before");
            browser.window(1200, 900, "light");
            browser.driver().get(testHub.uri("/").toString());

            // When the channel is opened by its name
            browser.awaitText("table", "/numbers");
            browser.find("main form input").sendKeys("numbers", Keys.ENTER);

            // Then it shows the history, and what arrives
            browser.awaitText(ITEMS, "before");
            testHub.post("/numbers", "{\"text\":\"" + "x".repeat(80) + "\"}");
            browser.awaitText(ITEMS, "{\n  \"text\": \"xxx");

            // When a message is published with the keyboard
            browser.find("#message").sendKeys("from the page", Keys.chord(Keys.CONTROL, Keys.ENTER));

            // Then it arrives, and the result is shown
            browser.awaitText(ITEMS, "from the page");
            browser.awaitText("Published to 1 subscriber.");

            // When the view is paused, then messages wait until it is resumed
            browser.click("Pause");
            testHub.post("/numbers", "while paused");
            browser.awaitText("Paused.");
            assertThat(browser.text()).doesNotContain("while paused");
            browser.click("Resume");
            browser.awaitText(ITEMS, "while paused");

            // When a filter is set, then only what matches is shown
            browser.find("section input[type=search]").sendKeys("PAGE");
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() -> assertThat(browser.driver()
                                    .executeScript("return document.querySelectorAll('" + ITEMS + "').length"))
                            .isEqualTo(1L));
            assertThat(browser.text()).contains("curl -N '" + testHub.uri("/numbers") + "'");
            assertThat(browser.consoleMessages()).isEmpty();
        }
    }

    @Test
    @DisplayName("H-78 the page of a channel keeps a limited number of messages, however many arrive")
    void channelView_isBounded() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 30000");
                Closeable _ = browser::leavePage) {
            browser.driver().get(testHub.uri("/#/channel/%2Fnumbers").toString());
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 1);

            // When many messages arrive
            for (int i = 1; i <= 20_000; i++) {
                testHub.hub().publish("/numbers", Integer.toString(i));
            }

            // Then all are counted, and the newest are shown
            browser.awaitText("20,000 messages received");
            browser.awaitText(ITEMS, "20000");
            assertThat(browser.driver().executeScript("return document.querySelectorAll('" + ITEMS + "').length"))
                    .isEqualTo(500L);
        }
    }

    @Test
    @DisplayName(
            "H-78 the dashboard reconnects after a restart of the hub, and shows a hub without channels what to try")
    void dashboard_reconnects() throws Exception {
        int port;
        try (TestHub testHub = TestHub.start("drain-time = '0s'")) {
            port = testHub.port();
            browser.driver().get(testHub.uri("/").toString());
            browser.awaitText("Live");
            browser.awaitText("curl -N http://127.0.0.1:" + port + "/numbers");
            browser.awaitText("There are no channels yet");
            browser.screenshot("dashboard-first-start");
        }
        browser.awaitText("Connection lost");
        try (TestHub testHub = TestHub.withBind("127.0.0.1:" + port);
                Closeable _ = browser::leavePage) {
            testHub.post("/numbers", "7");
            browser.awaitText("Live");
            browser.awaitText("table", "/numbers");
        }
    }

    @Test
    @DisplayName("H-78 the memory of the page stays flat while it is open")
    void dashboard_keepsMemory() throws Exception {
        assertMemoryStaysFlat(20_000);
    }

    @Test
    @Tag("long")
    @DisplayName("H-78 the memory of the page stays flat over 100,000 samples, more than a day has")
    void dashboard_keepsMemory_forADay() throws Exception {
        assertMemoryStaysFlat(100_000);
    }

    private void assertMemoryStaysFlat(int samples) throws Exception {
        try (TestHub testHub = TestHub.start();
                Closeable _ = browser::leavePage) {
            // Given a page whose stream of samples is a source in the browser itself
            browser.driver().executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", """
                    window.EventSource = class {
                      constructor() {
                        window.source = this;
                        setTimeout(() => this.onopen());
                      }
                      close() {}
                    };
                    window.emit = async (from, to) => {
                      for (let i = from; i < to; i++) {
                        const channels = [0, 1, 2, 3].map(n => ({
                          name: '/channel/' + (i + n) % 1000, messages: i, appended: i, subscribers: n, lag: 0,
                        }));
                        window.source.onmessage({ data: JSON.stringify({
                          at: 1000 * i, name: 'hub', channels, subscribers: [], streams: 0,
                          hub: { published: i * 7, delivered: i * 9, channels: 4, subscribers: 6, lag: 0, dropped: 0,
                            gaps: 0, storedBytes: i },
                          limits: { budget: 1e6, messages: 1000, ageMillis: 1000 },
                          tree: { path: 'hub', state: 'READY', since: '2026-01-01T00:00:00Z', tasks: 0, restarts: 0 },
                        }) });
                        if (i % 50 === 0) await new Promise(resolve => setTimeout(resolve));
                      }
                    };
                    """));
            browser.driver().get(testHub.uri("/").toString());
            browser.awaitText("Live");
            emit(0, 5_000);
            long before = usedHeap();

            // When it shows many samples
            for (int i = 5_000; i < samples; i += 5_000) {
                emit(i, i + 5_000);
            }

            // Then it uses hardly more memory than after the first of them
            browser.awaitText("/channel/" + (samples - 1) % 1000);
            assertThat(usedHeap()).isLessThan(before + 2_000_000);
        }
    }

    private void emit(int from, int to) {
        browser.driver().executeAsyncScript("emit(arguments[0], arguments[1]).then(arguments[2])", from, to);
    }

    private long usedHeap() {
        browser.driver().executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
        return ((Number) requireNonNull(browser.driver()
                        .executeCdpCommand("Runtime.getHeapUsage", Map.of())
                        .get("usedSize")))
                .longValue();
    }

    @Test
    @DisplayName("H-79 the cluster page shows the members, the leader, its epoch and its lease")
    void clusterPage_showsLeader() throws Exception {
        try (TestTree<Program> tree = TestTree.start(
                        new Program(), "cluster.identity = '127.0.0.1:4441'\nhub.http.bind = '127.0.0.1:0'");
                Closeable _ = browser::leavePage) {
            browser.driver().get("http://" + tree.root().hub.address() + "/#/cluster");
            browser.awaitText("table", "127.0.0.1:4441");
            browser.awaitText("table", "leader");
            browser.awaitText("dl", "127.0.0.1:4441 (this node)");
            browser.awaitText("dl", "left");
        }
    }

    @Test
    @DisplayName(
            "H-79 C-51 C-81 the cluster page shows why there is no leader, the health of each link, and the voters,"
                    + " also those that are absent")
    void clusterPage_showsWhyThereIsNoLeader() throws Exception {
        // Given a node that has lost its majority
        String sample = """
                {"at":1,"name":"node","hub":{"published":0},"limits":{},"channels":[],"subscribers":[],"streams":0,
                 "tree":{"path":"node","state":"READY","since":"2026-01-01T00:00:00Z","restarts":0,"tasks":1},
                 "cluster":{"self":"10.0.0.1:4440","problems":["node/cluster/coordinator/mesh: DEGRADED, 1 of 3 voters"],
                  "voters":["10.0.0.1:4440","10.0.0.3:4440"],
                  "members":[{"name":"10.0.0.1:4440","version":"1"},
                   {"name":"10.0.0.2:4440","version":"1","transport":"10.0.0.2:4441",
                    "link":{"ready":false,"sent":5,"dropped":7,"queuedBytes":2048,"reconnects":3}}]}}
                """.replace("\n", "");
        try (TestTree<SampledDashboard> tree =
                        TestTree.start(new SampledDashboard(() -> sample), SampledDashboard.CONFIGURATION);
                Closeable _ = browser::leavePage) {
            // When its cluster page is shown
            browser.driver().get("http://" + tree.root().dashboard.address() + "/#/cluster");

            // Then it names the reason and the link that is not ready
            browser.awaitText("[role=alert]", "There is no leader");
            browser.awaitText("[role=alert]", "DEGRADED, 1 of 3 voters");
            browser.awaitText("table", "not ready");
            browser.awaitText("table", "2.0 KiB");

            // And who votes
            assertThat(browser.text())
                    .containsPattern("10\\.0\\.0\\.1:4440\\s+voter\\s")
                    .containsPattern("10\\.0\\.0\\.2:4440\\s+learner\\s")
                    .containsPattern("10\\.0\\.0\\.3:4440\\s+voter, absent\\s");
            assertThat(browser.accessibilityViolations()).isEmpty();
            browser.screenshot("dashboard-no-leader");
        }
    }
}
