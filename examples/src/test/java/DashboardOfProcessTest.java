import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.run.dashboard.DashboardServer;
import dev.ginkgo.run.dashboard.DashboardTarget;
import dev.ginkgo.run.dashboard.LogBuffer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The dashboard of a process in a real browser. */
class DashboardOfProcessTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String CONFIGURATION = "size = %d\n[ginkgo]\nfixed-change = \"defer\"\n";

    /** Replaces the stream of samples by a function {@code emit} of the page. A sample is for each of the pages. */
    private static final String SOURCE_OF_SAMPLES = """
            window.EventSource = class {
              constructor() {
                window.source = this;
                setTimeout(() => this.onopen());
              }
              close() {}
            };
            window.emit = async (from, to) => {
              for (let i = from; i < to; i++) {
                const worker = {
                  path: 'program/worker', type: 'Worker', state: i % 2 ? 'DEGRADED' : 'READY', sinceMillis: i, tasks: 1,
                  restarts: i, restartInMillis: null, reason: 'sample ' + i, lastError: null, children: [],
                };
                window.source.onmessage({ data: JSON.stringify({
                  at: 1000 * i, program: 'program', pid: 1, java: '25', problem: '', problems: [], usedMemory: i, maxMemory: 1e9,
                  started: true, notReady: [], hubs: [], configuration: '', failure: null, recoveredFailure: 'error ' + i,
                  tree: { ...worker, path: 'program', reason: '', children: [worker] },
                  tasks: [{ name: 'wait', ageMillis: i, state: 'WAITING', stack: ['frame ' + i] }],
                  level: 'INFO',
                  lines: [{ number: i, at: i, level: 'INFO', logger: 'test', thread: 'main', message: 'sample ' + i, stack: '' }],
                }) });
                if (i % 50 === 0) await new Promise(resolve => setTimeout(resolve));
              }
            };
            """;

    @TempDir
    Path folder;

    private final Program program = new Program();
    private volatile String problem = "";
    private Path file;
    private Ginkgo tree;
    private DashboardServer server;

    private static final class Program extends Service {
        final Setting<Integer> size = setting("size", 5).between(1, 100).help("Number of things");
        final Worker worker =
                add("worker", new Worker(), Supervision.restart().backoff(Duration.ofHours(1), Duration.ofHours(1)));
    }

    /** Service with a task that waits until it is to fail. */
    private static final class Worker extends Service {
        private final CountDownLatch failing = new CountDownLatch(1);

        @Override
        protected void onStart() {
            spawn("wait", this::waitForFailure);
        }

        private void waitForFailure() throws InterruptedException {
            failing.await();
            throw new IllegalStateException("the number server does not answer");
        }
    }

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(folder.resolve("program.toml"), CONFIGURATION.formatted(7));
        tree = Ginkgo.of(program)
                .configuration(Configuration.empty().file(file))
                .start();
        server = new DashboardServer(
                Address.of("127.0.0.1:0"),
                new DashboardTarget(
                        () -> program,
                        () -> Optional.of(tree),
                        () -> CompletableFuture.supplyAsync(tree::reload),
                        file.toString(),
                        () -> problem),
                LogBuffer.attach());
        Ginkgo.of(server).name("dashboard").start();
    }

    @AfterEach
    void stop() {
        server.close();
        tree.close();
    }

    private void open(Browser browser, String page) {
        browser.open(URI.create("about:blank"));
        browser.open(URI.create("http://" + server.address() + "/#/" + page));
    }

    @Test
    @DisplayName(
            "R-40 every page of the dashboard of a process passes axe-core, dark and light, and fits into 390 pixels; C-39 each"
                    + " shows why the newest version does not run")
    void pages_areAccessible() throws Exception {
        // Given a service that has failed, and sources that do not compile
        problem = "Program.java:4:9: error: cannot find symbol\n        mesage.get();\n        ^\n1 error";
        program.worker.failing.countDown();
        await().atMost(TIMEOUT)
                .until(() -> program.worker.status().nextRestartIn().isPresent());
        try (Browser browser = new Browser()) {
            for (String page : List.of("", "service/program%2Fworker", "settings", "log")) {
                open(browser, page);
                for (boolean wide : new boolean[] {true, false}) {
                    // When the page is shown, wide and dark, then narrow and light
                    browser.window(wide ? 1200 : 390, 900, wide ? "dark" : "light");
                    browser.awaitText("main", "Program.java:4:9: error: cannot find symbol");
                    browser.awaitText("main", text(page));

                    // Then it has no violation, and needs no horizontal scrolling
                    String description = page.replaceAll("\\W+", "-") + (wide ? "-wide" : "-narrow");
                    browser.screenshot(Path.of("target", "process-dashboard-" + description + ".png"));
                    assertThat(browser.accessibilityViolations())
                            .as(description)
                            .isEmpty();
                    assertThat(browser.overflow()).as(description).isNotPositive();
                }
            }
            assertThat(browser.consoleMessages()).isEmpty();
        }
    }

    /** Returns a text that a page shows when it is complete. */
    private static String text(String page) {
        return switch (page) {
            case "" -> "program/worker: FAILED, the number server does not answer";
            case "settings" -> "program.toml:1";
            case "log" -> "lines, newest first";
            default -> "java.lang.IllegalStateException: the number server does not answer";
        };
    }

    @Test
    @DisplayName(
            "R-40 C-51 a service is chosen with the keyboard; a restart and a reload need a confirmation, and show their"
                    + " result; a rejected reload is a problem of the process")
    void actions_areConfirmed() throws Exception {
        try (Browser browser = new Browser()) {
            browser.window(1200, 900, "light");
            open(browser, "");

            // When the name of a service is activated with the keyboard, then its tasks are shown
            browser.awaitText("table", "worker");
            browser.press("tr:nth-child(2) button", Keys.ENTER);
            browser.awaitText("aside summary", "#wait");
            browser.press("aside summary", Keys.ENTER);
            browser.awaitText("aside .stack", "Worker.waitForFailure");

            // When a restart is confirmed, then the service is restarted
            browser.click("Restart…");
            browser.awaitText("dialog", "Restart program/worker?");
            browser.click("Restart");
            browser.awaitText("main [role=status]", "the restart of program/worker has begun");
            await().atMost(TIMEOUT).until(() -> program.worker.status().restarts() == 1);
            browser.click("Dismiss");

            // When the configuration is changed and a reload is cancelled, then nothing is reloaded
            Files.writeString(file, CONFIGURATION.formatted(9));
            open(browser, "settings");
            browser.click("Reload…");
            browser.awaitText("dialog", "Reload the configuration?");
            assertThat(browser.accessibilityViolations()).isEmpty();
            browser.screenshot(Path.of("target", "process-dashboard-confirm.png"));
            browser.click("Cancel");
            assertThat(program.size.get()).isEqualTo(7);

            // When it is confirmed, then the result is shown
            browser.click("Reload…");
            browser.click("Reload");
            browser.awaitText("main [role=status]", "size: 7 -> 9");
            assertThat(program.size.get()).isEqualTo(9);

            // When the file becomes invalid and is reloaded without the page, then the problem is shown
            Files.writeString(file, CONFIGURATION.formatted(900));
            assertThat(tree.reload().problems()).hasSize(1);
            open(browser, "");
            browser.awaitText("main [role=alert]", "the last reload was rejected, the previous settings are in effect");
            browser.awaitText("main [role=alert]", "1..100");
            assertThat(browser.accessibilityViolations()).isEmpty();
            browser.screenshot(Path.of("target", "process-dashboard-problem.png"));
            assertThat(browser.consoleMessages()).isEmpty();
        }
    }

    @Test
    @DisplayName("C-55 the memory of the pages for services and the log stays flat while they are open")
    void pages_keepMemory() throws Exception {
        assertMemoryStaysFlat(3_000);
    }

    @Test
    @Tag("long")
    @DisplayName("C-55 the memory of the pages stays flat over 100,000 samples, more than a day has")
    void pages_keepMemory_forADay() throws Exception {
        assertMemoryStaysFlat(100_000);
    }

    private void assertMemoryStaysFlat(int samples) throws Exception {
        try (Browser browser = new Browser()) {
            browser.runInEachPage(SOURCE_OF_SAMPLES);
            for (String page : List.of("service/program%2Fworker", "log")) {
                // Given a page that has shown as many samples as it keeps
                open(browser, page);
                browser.awaitText("header", "Live");
                emit(browser, 0, 1_000);
                long before = browser.usedHeap();

                // When it shows many more
                for (int from = 1_000; from < 1_000 + samples; from += 1_000) {
                    emit(browser, from, from + 1_000);
                }

                // Then it shows the last one, and uses hardly more memory
                browser.awaitText("main", "sample " + (samples + 999));
                assertThat(browser.usedHeap()).as(page).isLessThan(before + 2_000_000);
            }
        }
    }

    private static void emit(Browser browser, int from, int to) {
        browser.await("emit(arguments[0], arguments[1]).then(arguments[2])", from, to);
    }
}
